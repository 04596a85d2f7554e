// SPDX-License-Identifier: Apache-2.0
// The multi-lane Keccak-256: a template that keccak_many.cpp makes once for each instruction set.
// Here a lane is a message, and what the Keccak reference calls a lane is a word of the state.
#pragma once

#include "hash/keccak_rounds.hpp"
#include "hash/lane_kernel.hpp"
#include "hash/lanes.hpp"

namespace commitbench::keccak_wide {

using lanes::U32;
using lanes::U64;
using lanes::unrolled;

inline constexpr std::size_t kWords = 25;
inline constexpr std::size_t kRateWords = kKeccakRate / 8;

template<std::size_t W, unsigned N>
[[gnu::always_inline]] inline void rotate_left(U64<W>& x) {
    if constexpr (N != 0) {
        x = (x << N) | (x >> (64 - N));
    }
}

/// rho's rotation of word (x, y), index x + 5y: the triangular numbers along the walk (1, 0),
/// (0, 2), .. of the Keccak reference, section 1.2.
inline constexpr auto kRotations = [] {
    std::array<unsigned, kWords> rotations{};
    std::size_t x = 1;
    std::size_t y = 0;
    for (unsigned t = 0; t < 24; ++t) {
        rotations[x + 5 * y] = (t + 1) * (t + 2) / 2 % 64;
        const std::size_t next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
    }
    return rotations;
}();

/// One round from `a` to `e`, a row of the output at a time: it draws on one word of each column.
template<std::size_t W>
[[gnu::always_inline]] inline void round(const U64<W>* a, U64<W>* e, std::uint64_t constant) {
    U64<W> c[5];
    U64<W> d[5];
    unrolled<5>([&](auto x) __attribute__((always_inline)) {
        c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    });
    unrolled<5>([&](auto x) __attribute__((always_inline)) {
        d[x] = c[(x + 1) % 5];
        rotate_left<W, 1>(d[x]);
        d[x] ^= c[(x + 4) % 5];
    });
    unrolled<5>([&](auto y) __attribute__((always_inline)) {
        U64<W> b[5];
        unrolled<5>([&](auto x) __attribute__((always_inline)) {
            // pi: word (x, y) of the output comes from (x + 3y, x).
            constexpr std::size_t kColumn = (x + 3 * y) % 5;
            constexpr std::size_t kFrom = kColumn + 5 * x;
            b[x] = a[kFrom] ^ d[kColumn];
            rotate_left<W, kRotations[kFrom]>(b[x]);
        });
        unrolled<5>([&](auto x) __attribute__((always_inline)) {
            e[5 * y + x] = b[x] ^ (~b[(x + 1) % 5] & b[(x + 2) % 5]);
        });
    });
    e[0] ^= constant;
}

template<std::size_t W>
[[gnu::always_inline]] inline void permute(U64<W>* a) {
    U64<W> e[kWords];
    for (std::size_t i = 0; i < kKeccakRoundConstants.size(); i += 2) {
        round<W>(a, e, kKeccakRoundConstants[i]);
        round<W>(e, a, kKeccakRoundConstants[i + 1]);
    }
}

/// words[0], words[1] = the two 64-bit words at `offset` of each message.
template<std::size_t W>
[[gnu::always_inline]] inline void load_two(const std::uint8_t* const* messages,
                                            std::size_t offset,
                                            U64<W>* words) {
    constexpr auto kWord = [](std::size_t i, std::size_t half) {
        return static_cast<int>((i & ~std::size_t{1}) + half + (i & 1) * W);
    };
    U32<2 * W> even_lanes;
    U32<2 * W> odd_lanes;
    lanes::load_pieces<2 * W, 2>(messages, offset, even_lanes);
    lanes::load_pieces<2 * W, 2>(messages + 1, offset, odd_lanes);
    const auto even = reinterpret_cast<U64<W>>(even_lanes);
    const auto odd = reinterpret_cast<U64<W>>(odd_lanes);
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        words[0] = __builtin_shufflevector(even, odd, kWord(I, 0)...);
        words[1] = __builtin_shufflevector(even, odd, kWord(I, 1)...);
    }
    (std::make_index_sequence<W>{});
}

/// The first 32 bytes of one lane's state.
template<std::size_t W>
[[gnu::always_inline]] inline void store_digest(const U64<W>* state,
                                                std::size_t lane,
                                                std::uint8_t* out) {
    unrolled<4>([&](auto word) __attribute__((always_inline)) {
        std::memcpy(out + 8 * word, reinterpret_cast<const std::uint8_t*>(state + word) + 8 * lane,
                    8);
    });
}

/// LaneKernel::pairs.
template<std::size_t W>
[[gnu::always_inline]] inline void pairs(const std::uint8_t* const* left,
                                         const std::uint8_t* const* right,
                                         std::uint8_t* const* out,
                                         DigestLabel label) {
    U64<W> state[kWords]{};
    load_two<W>(left, 0, state);
    load_two<W>(left, 16, state + 2);
    load_two<W>(right, 0, state + 4);
    load_two<W>(right, 16, state + 6);
    state[8] ^= std::uint64_t{0x01};
    state[kRateWords - 1] ^= std::uint64_t{0x80} << 56U;
    permute<W>(state);
    state[0] = (state[0] & (label.keep | ~std::uint64_t{0} << 32U)) | std::uint64_t{label.set};
    for (std::size_t i = 0; i < W; ++i) {
        store_digest<W>(state, i, out[i]);
    }
}

/// LaneKernel::messages.
template<std::size_t W>
[[gnu::always_inline]] inline void messages(const ByteView* message, std::uint8_t* const* out) {
    alignas(64) std::array<std::array<std::uint8_t, kKeccakRate>, W> padded;
    std::array<std::uint64_t, W> blocks;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < W; ++i) {
        blocks[i] = keccak256_permutations(message[i].size());
        most = std::max(most, blocks[i]);
    }
    U64<W> state[kWords]{};
    for (std::uint64_t b = 0; b < most; ++b) {
        std::array<const std::uint8_t*, W> at;
        for (std::size_t i = 0; i < W; ++i) {
            const std::size_t from = b * kKeccakRate;
            const std::size_t size = message[i].size();
            if (b + 1 < blocks[i]) {
                at[i] = message[i].data() + from;
                continue;
            }
            // A lane that is done absorbs what is there: its digest has been given out.
            at[i] = padded[i].data();
            if (b < blocks[i]) {
                padded[i].fill(0);
                lanes::copy_small(padded[i].data(), message[i].data() + from, size - from);
                padded[i][size - from] = 0x01;
                padded[i][kKeccakRate - 1] |= 0x80;
            }
        }
        U64<W> words[kRateWords];
        unrolled<kRateWords / 2>([&](auto pair) __attribute__((always_inline)) {
            load_two<W>(at.data(), 16 * pair, words + 2 * pair);
        });
        // The seventeenth word with the one before it: no message is read past its block.
        U64<W> last[2];
        load_two<W>(at.data(), kKeccakRate - 16, last);
        words[kRateWords - 1] = last[1];
        unrolled<kRateWords>([&](auto i) __attribute__((always_inline)) { state[i] ^= words[i]; });
        permute<W>(state);
        for (std::size_t i = 0; i < W; ++i) {
            if (b + 1 == blocks[i]) {
                store_digest<W>(state, i, out[i]);
            }
        }
    }
}

}  // namespace commitbench::keccak_wide
