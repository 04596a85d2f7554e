// SPDX-License-Identifier: Apache-2.0
// The multi-lane kernels of BLAKE3 that this processor can run. Who hashes messages takes
// blake3.hpp; here is what it, the paged tree's node hasher and LtHash are built on.
#pragma once

#include "hash/blake3.hpp"
#include "hash/lane_kernel.hpp"

namespace commitbench {

/// Flags of the compression function (the paper's table 3).
inline constexpr std::uint32_t kChunkStart = 1;
inline constexpr std::uint32_t kChunkEnd = 2;
inline constexpr std::uint32_t kRoot = 8;

/// A message of at most this many bytes is one chunk: a chain of blocks without a tree.
inline constexpr std::size_t kBlake3Chunk = 1024;

/// The last compression of a message, from which extended output is drawn.
struct Blake3RootBlock {
    std::array<std::uint32_t, 8> chaining{};
    std::array<std::uint32_t, 16> block{};
    std::uint32_t length = 0;
    std::uint32_t flags = 0;
};

/// 64-byte blocks of output that make the 2,048 bytes of LaneSums.
inline constexpr std::size_t kLaneSumBlocks = 32;

/// Component-wise sums (mod 2^16) of 2,048-byte outputs, in the order the kernels make them: number
/// 2b + h of words[w] is half h of 32-bit word w of output block b.
struct alignas(64) LaneSums {
    std::array<std::array<std::uint16_t, 2 * kLaneSumBlocks>, 16> words{};
};

enum class OutputSign : std::uint8_t { plus, minus };

/// INVARIANT of messages() and chains(): none is longer than a chunk.
struct Blake3Kernel : LaneKernel {
    /// out[i] = the chaining value (eight words, little-endian) before the last block of
    /// messages[i].
    void (*chains)(const ByteView* messages, std::uint8_t* const* out) noexcept = nullptr;
    /// sums +- the first 2,048 bytes of output of one message.
    void (*add_output)(const Blake3RootBlock& root,
                       OutputSign sign,
                       LaneSums& sums) noexcept = nullptr;
};

extern const LaneFunction kBlake3Lanes;

/// Those that this processor has the instructions for, the widest first; never empty.
[[nodiscard]] std::span<const Blake3Kernel> blake3_kernels() noexcept;

}  // namespace commitbench
