// SPDX-License-Identifier: Apache-2.0
// One message at a time and messages of many chunks go through BLAKE3's own library, batches of
// short ones through the kernels: the library's batch entry point takes whole blocks of equal
// count only.
#include "hash/blake3.hpp"

#include "hash/blake3_kernels.hpp"

#include <blake3.h>

namespace commitbench {
namespace {

constexpr std::size_t kBlock = 64;

}  // namespace

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
    hash_many(blake3_kernels().front(), kBlake3Lanes, messages, out);
}

void blake3_many_64(std::span<const std::uint8_t* const> messages, Hash256* out) noexcept {
    hash_many_64(blake3_kernels().front(), kBlake3Lanes, messages, out);
}

const LaneFunction kBlake3Lanes{.blocks = blake3_compressions,
                                .longest = kBlake3Chunk,
                                .one = blake3};

std::uint64_t blake3_compressions(std::size_t length) noexcept {
    if (length == 0) {
        return 1;
    }
    // Every chunk but the last is full; a parent is one more than two chunks need.
    const std::uint64_t parents = (length - 1) / kBlake3Chunk;
    return (length + kBlock - 1) / kBlock + parents;
}

std::size_t blake3_lanes() noexcept {
    return blake3_kernels().front().lanes;
}

std::string_view blake3_kernel() noexcept {
    return blake3_kernels().front().name;
}

}  // namespace commitbench
