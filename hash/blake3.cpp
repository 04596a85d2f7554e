// SPDX-License-Identifier: Apache-2.0
#include "hash/blake3.hpp"

#include <blake3.h>

namespace commitbench {

Hash256 blake3(ByteView message) noexcept {
    Hash256 digest;
    blake3_xof(message, digest);
    return digest;
}

void blake3_xof(ByteView message, std::span<std::uint8_t> out) noexcept {
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    blake3_hasher_update(&hasher, message.data(), message.size());
    blake3_hasher_finalize(&hasher, out.data(), out.size());
}

void blake3_many(std::span<const ByteView> messages, Hash256* out) noexcept {
    for (const ByteView message : messages) {
        *out++ = blake3(message);
    }
}

void blake3_many_64(std::span<const std::uint8_t* const> messages, Hash256* out) noexcept {
    for (const std::uint8_t* message : messages) {
        *out++ = blake3({message, 64});
    }
}

std::uint64_t blake3_compressions(std::size_t length) noexcept {
    constexpr std::size_t kBlock = 64;
    constexpr std::size_t kChunk = 1024;
    if (length == 0) {
        return 1;
    }
    // Chunks but the last are full; one compression a block of them, and one a parent.
    const std::uint64_t parents = (length - 1) / kChunk;
    return (length + kBlock - 1) / kBlock + parents;
}

std::size_t blake3_lanes() noexcept {
    return 1;
}

std::string_view blake3_kernel() noexcept {
    return "library, 1 lane";
}

}  // namespace commitbench
