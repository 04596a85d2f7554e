// SPDX-License-Identifier: Apache-2.0
// The multi-lane BLAKE3 compression: a template that blake3_kernels.cpp makes once for each
// instruction set.
// Source: "BLAKE3: one function, fast everywhere", O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020,
// sections 2.1 to 2.6.
#pragma once

#include "hash/blake3_kernels.hpp"
#include "hash/lanes.hpp"

#include <algorithm>

namespace commitbench::blake3_wide {

using lanes::Rotation;
using lanes::U32;
using lanes::unrolled;

inline constexpr std::array<std::uint32_t, 8> kInitial{
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// Of each of the seven rounds the order in which it takes the sixteen words: the permutation of
/// table 2, applied again and again.
inline constexpr auto kSchedule = [] {
    constexpr std::array<std::uint8_t, 16> kPermutation{2, 6,  3,  10, 7, 0,  4,  13,
                                                        1, 11, 12, 5,  9, 14, 15, 8};
    std::array<std::array<std::uint8_t, 16>, 7> rounds{};
    for (std::uint8_t i = 0; i < 16; ++i) {
        rounds[0][i] = i;
    }
    for (std::size_t round = 1; round < rounds.size(); ++round) {
        for (std::size_t i = 0; i < 16; ++i) {
            rounds[round][i] = rounds[round - 1][kPermutation[i]];
        }
    }
    return rounds;
}();

/// Four G functions at once, on the columns (Shift 0) or on the diagonals (1) of the state, which
/// is four rows of four words. Step by step over the four, since each alone is one long chain.
template<std::size_t W, Rotation R, std::size_t Round, std::size_t Shift>
[[gnu::always_inline]] inline void four_g(U32<W>* v, const U32<W>* m) {
    using Vector = U32<W>;
    const auto each = [&](const auto& step) __attribute__((always_inline)) {
        unrolled<4>([&](auto i) __attribute__((always_inline)) {
            step(i, v[i], v[4 + (i + Shift) % 4], v[8 + (i + 2 * Shift) % 4],
                 v[12 + (i + 3 * Shift) % 4]);
        });
    };
    const auto mix = [&]<unsigned First, unsigned Second>(
        std::size_t word, std::integral_constant<unsigned, First>,
        std::integral_constant<unsigned, Second>) __attribute__((always_inline)) {
        each([&](auto i, Vector& a, const Vector& b, const Vector&, const Vector&)
                 __attribute__((always_inline)) {
                     a += m[kSchedule[Round][8 * Shift + 2 * i + word]];
                     a += b;
                 });
        each([&](auto, const Vector& a, const Vector&, const Vector&, Vector& d)
                 __attribute__((always_inline)) {
                     d ^= a;
                     lanes::rotate_right<W, First, R>(d);
                 });
        each([&](auto, const Vector&, Vector& b, Vector& c, const Vector& d)
                 __attribute__((always_inline)) {
                     c += d;
                     b ^= c;
                     lanes::rotate_right<W, Second, R>(b);
                 });
    };
    mix(0, std::integral_constant<unsigned, 16>{}, std::integral_constant<unsigned, 12>{});
    mix(1, std::integral_constant<unsigned, 8>{}, std::integral_constant<unsigned, 7>{});
}

/// The sixteen words of state after the rounds, before the feed-forward.
template<std::size_t W, Rotation R>
[[gnu::always_inline]] inline void rounds(const U32<W>* chaining,
                                          const U32<W>* block,
                                          const U32<W>& counter,
                                          const U32<W>& length,
                                          const U32<W>& flags,
                                          U32<W>* v) {
    const U32<W> zero{};
    unrolled<8>([&](auto i) __attribute__((always_inline)) { v[i] = chaining[i]; });
    unrolled<4>([&](auto i) __attribute__((always_inline)) { v[8 + i] = zero + kInitial[i]; });
    v[12] = counter;
    v[13] = zero;  // the counter's high word: no chunk and no output block here needs one
    v[14] = length;
    v[15] = flags;
    unrolled<7>([&](auto round) __attribute__((always_inline)) {
        four_g<W, R, round, 0>(v, block);
        four_g<W, R, round, 1>(v, block);
    });
}

template<std::size_t W>
[[gnu::always_inline]] inline void start(U32<W>* chaining) {
    const U32<W> zero{};
    unrolled<8>([&](auto i) __attribute__((always_inline)) { chaining[i] = zero + kInitial[i]; });
}

/// LaneKernel::pairs.
template<std::size_t W, Rotation R>
[[gnu::always_inline]] inline void pairs(const std::uint8_t* const* left,
                                         const std::uint8_t* const* right,
                                         std::uint8_t* const* out,
                                         DigestLabel label) {
    U32<W> block[16];
    lanes::load_words<W, 8>(left, 0, block);
    lanes::load_words<W, 8>(right, 0, block + 8);
    U32<W> chaining[8];
    start<W>(chaining);
    const U32<W> zero{};
    U32<W> v[16];
    rounds<W, R>(chaining, block, zero, zero + 64U, zero + (kChunkStart | kChunkEnd | kRoot), v);
    unrolled<8>([&](auto i) __attribute__((always_inline)) { v[i] ^= v[i + 8]; });
    v[0] = (v[0] & label.keep) | label.set;
    lanes::store_digests<W>(v, out);
}

/// LaneKernel::messages. With `Last` false the chaining value before each message's last block is
/// given out instead of the digest.
template<std::size_t W, Rotation R, bool Last>
[[gnu::always_inline]] inline void chunks(const ByteView* messages, std::uint8_t* const* out) {
    alignas(64) std::array<std::array<std::uint8_t, 64>, W> padded;
    std::array<std::uint32_t, W> blocks;
    std::uint32_t most = 0;
    for (std::size_t i = 0; i < W; ++i) {
        const auto size = static_cast<std::uint32_t>(messages[i].size());
        blocks[i] = size == 0 ? 1 : (size + 63) / 64;
        most = std::max(most, blocks[i]);
    }
    U32<W> chaining[8];
    start<W>(chaining);
    for (std::uint32_t b = 0; b < most; ++b) {
        std::array<const std::uint8_t*, W> at;
        alignas(64) std::array<std::uint32_t, W> length_of;
        alignas(64) std::array<std::uint32_t, W> flags_of;
        alignas(64) std::array<std::uint32_t, W> live_of;
        for (std::size_t i = 0; i < W; ++i) {
            const std::size_t from = std::size_t{64} * b;
            const std::size_t size = messages[i].size();
            const bool last = b + 1 == blocks[i];
            const bool live = last ? Last : b < blocks[i];
            live_of[i] = live ? ~0U : 0U;
            flags_of[i] = (b == 0 ? kChunkStart : 0U) | (last ? kChunkEnd | kRoot : 0U);
            if (live && size - from >= 64) {
                at[i] = messages[i].data() + from;
                length_of[i] = 64;
                continue;
            }
            // A lane that is done computes on what is there; nothing of it is kept.
            at[i] = padded[i].data();
            length_of[i] = 0;
            if (live) {
                padded[i].fill(0);
                lanes::copy_small(padded[i].data(), messages[i].data() + from, size - from);
                length_of[i] = static_cast<std::uint32_t>(size - from);
            }
        }
        U32<W> block[16];
        lanes::load_words<W, 16>(at.data(), 0, block);
        U32<W> length;
        U32<W> flags;
        U32<W> live;
        std::memcpy(&length, length_of.data(), sizeof length);
        std::memcpy(&flags, flags_of.data(), sizeof flags);
        std::memcpy(&live, live_of.data(), sizeof live);
        const U32<W> zero{};
        U32<W> v[16];
        rounds<W, R>(chaining, block, zero, length, flags, v);
        unrolled<8>([&](auto i) __attribute__((always_inline)) {
            chaining[i] = (chaining[i] & ~live) | ((v[i] ^ v[i + 8]) & live);
        });
    }
    lanes::store_digests<W>(chaining, out);
}

/// Blake3Kernel::add_output: the lanes are output blocks, so that nothing is ever transposed.
template<std::size_t W, Rotation R>
[[gnu::always_inline]] inline void add_output(const Blake3RootBlock& root,
                                              OutputSign sign,
                                              LaneSums& sums) {
    const U32<W> zero{};
    U32<W> chaining[8];
    U32<W> block[16];
    unrolled<8>([&](auto i)
                    __attribute__((always_inline)) { chaining[i] = zero + root.chaining[i]; });
    unrolled<16>([&](auto i) __attribute__((always_inline)) { block[i] = zero + root.block[i]; });
    for (std::uint32_t from = 0; from < kLaneSumBlocks; from += W) {
        U32<W> counter;
        for (std::uint32_t i = 0; i < W; ++i) {
            counter[i] = from + i;
        }
        U32<W> v[16];
        rounds<W, R>(chaining, block, counter, zero + root.length, zero + (root.flags | kRoot), v);
        unrolled<16>([&](auto i) __attribute__((always_inline)) {
            const U32<W> output = i < 8 ? v[i] ^ v[(i + 8) % 16] : v[i] ^ chaining[i % 8];
            lanes::Sixteens<W> sum;
            std::uint16_t* const at = &sums.words[i][2 * from];
            std::memcpy(&sum, at, sizeof sum);
            if (sign == OutputSign::plus) {
                sum += reinterpret_cast<lanes::Sixteens<W>>(output);
            } else {
                sum -= reinterpret_cast<lanes::Sixteens<W>>(output);
            }
            std::memcpy(at, &sum, sizeof sum);
        });
    }
}

}  // namespace commitbench::blake3_wide
