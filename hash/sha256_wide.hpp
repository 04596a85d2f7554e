// SPDX-License-Identifier: Apache-2.0
// The multi-lane SHA-256: a template that sha256_kernels.cpp makes once for each instruction set.
// Source: FIPS 180-4, sections 4.1.2, 4.2.2, 5.1.1 and 6.2.
#pragma once

#include "hash/lane_kernel.hpp"
#include "hash/lanes.hpp"
#include "hash/sha256.hpp"

namespace commitbench::sha256_wide {

using lanes::U32;
using lanes::unrolled;

inline constexpr std::array<std::uint32_t, 8> kInitial{
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

inline constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// Round constant + schedule of the block that pads a message of 64 bytes: the same for all.
inline constexpr auto kPaddingOf64 = [] {
    std::array<std::uint32_t, 64> w{0x80000000};
    w[15] = 64 * 8;
    const auto rotate = [](std::uint32_t x, unsigned n) { return x >> n | x << (32 - n); };
    for (std::size_t t = 16; t < 64; ++t) {
        const std::uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >> 3U);
        const std::uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >> 10U);
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    for (std::size_t t = 0; t < 64; ++t) {
        w[t] += kRound[t];
    }
    return w;
}();

template<std::size_t W>
[[gnu::always_inline]] inline void swap_bytes(U32<W>& x) {
    const auto octets = reinterpret_cast<lanes::Octets<W>>(x);
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        x = reinterpret_cast<U32<W>>(
            __builtin_shufflevector(octets, octets, static_cast<int>(I ^ 3U)...));
    }
    (std::make_index_sequence<4 * W>{});
}

template<std::size_t W, unsigned A, unsigned B>
[[gnu::always_inline]] inline void two_rotations(const U32<W>& x, U32<W>& out) {
    U32<W> other = x;
    out = x;
    lanes::rotate_right<W, A, lanes::Rotation::shifts>(out);
    lanes::rotate_right<W, B, lanes::Rotation::shifts>(other);
    out ^= other;
}

template<std::size_t W, unsigned A, unsigned B, unsigned C>
[[gnu::always_inline]] inline void large_sigma(const U32<W>& x, U32<W>& out) {
    U32<W> other = x;
    two_rotations<W, A, B>(x, out);
    lanes::rotate_right<W, C, lanes::Rotation::shifts>(other);
    out ^= other;
}

template<std::size_t W, unsigned A, unsigned B, unsigned Shift>
[[gnu::always_inline]] inline void small_sigma(const U32<W>& x, U32<W>& out) {
    two_rotations<W, A, B>(x, out);
    out ^= x >> Shift;
}

/// Round T on the eight working words, whose names turn by one a round. `input` is round constant +
/// schedule word.
template<std::size_t W, std::size_t T>
[[gnu::always_inline]] inline void round(U32<W>* v, const U32<W>& input) {
    const auto at = [&](std::size_t name) __attribute__((always_inline))->U32<W>& {
        return v[(name + 64 - T) % 8];
    };
    U32<W> sum;
    large_sigma<W, 6, 11, 25>(at(4), sum);
    const U32<W> choice = (at(4) & at(5)) ^ (~at(4) & at(6));
    const U32<W> t1 = at(7) + sum + choice + input;
    large_sigma<W, 2, 13, 22>(at(0), sum);
    const U32<W> majority = (at(0) & at(1)) | (at(2) & (at(0) | at(1)));
    at(3) += t1;
    at(7) = t1 + sum + majority;
}

/// The compression function; the sixteen words of the block are overwritten.
template<std::size_t W>
[[gnu::always_inline]] inline void compress(U32<W>* hash, U32<W>* w) {
    U32<W> v[8];
    unrolled<8>([&](auto i) __attribute__((always_inline)) { v[i] = hash[i]; });
    unrolled<64>([&](auto t) __attribute__((always_inline)) {
        if constexpr (t >= 16) {
            U32<W> s;
            small_sigma<W, 7, 18, 3>(w[(t + 1) % 16], s);
            w[t % 16] += s + w[(t + 9) % 16];
            small_sigma<W, 17, 19, 10>(w[(t + 14) % 16], s);
            w[t % 16] += s;
        }
        round<W, t>(v, w[t % 16] + kRound[t]);
    });
    unrolled<8>([&](auto i) __attribute__((always_inline)) { hash[i] += v[i]; });
}

template<std::size_t W>
[[gnu::always_inline]] inline void start(U32<W>* hash) {
    const U32<W> zero{};
    unrolled<8>([&](auto i) __attribute__((always_inline)) { hash[i] = zero + kInitial[i]; });
}

template<std::size_t W, std::size_t Words>
[[gnu::always_inline]] inline void swap_all(U32<W>* words) {
    unrolled<Words>([&](auto i) __attribute__((always_inline)) { swap_bytes<W>(words[i]); });
}

/// LaneKernel::pairs.
template<std::size_t W>
[[gnu::always_inline]] inline void pairs(const std::uint8_t* const* left,
                                         const std::uint8_t* const* right,
                                         std::uint8_t* const* out,
                                         DigestLabel label) {
    U32<W> block[16];
    lanes::load_words<W, 8>(left, 0, block);
    lanes::load_words<W, 8>(right, 0, block + 8);
    swap_all<W, 16>(block);
    U32<W> hash[8];
    start<W>(hash);
    compress<W>(hash, block);
    const U32<W> zero{};
    U32<W> v[8];
    unrolled<8>([&](auto i) __attribute__((always_inline)) { v[i] = hash[i]; });
    unrolled<64>([&](auto t)
                     __attribute__((always_inline)) { round<W, t>(v, zero + kPaddingOf64[t]); });
    unrolled<8>([&](auto i) __attribute__((always_inline)) { hash[i] += v[i]; });
    swap_all<W, 8>(hash);
    hash[0] = (hash[0] & label.keep) | label.set;
    lanes::store_digests<W>(hash, out);
}

/// LaneKernel::messages.
template<std::size_t W>
[[gnu::always_inline]] inline void messages(const ByteView* message, std::uint8_t* const* out) {
    alignas(64) std::array<std::array<std::uint8_t, 64>, W> padded;
    std::array<std::uint64_t, W> blocks;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < W; ++i) {
        blocks[i] = sha256_compressions(message[i].size());
        most = std::max(most, blocks[i]);
    }
    U32<W> hash[8];
    start<W>(hash);
    for (std::uint64_t b = 0; b < most; ++b) {
        std::array<const std::uint8_t*, W> at;
        alignas(64) std::array<std::uint32_t, W> live_of;
        for (std::size_t i = 0; i < W; ++i) {
            const std::size_t from = 64 * b;
            const std::size_t size = message[i].size();
            live_of[i] = b < blocks[i] ? ~0U : 0U;
            if (from + 64 <= size) {
                at[i] = message[i].data() + from;
                continue;
            }
            // A lane that is done computes on what is there; nothing of it is kept.
            at[i] = padded[i].data();
            if (b >= blocks[i]) {
                continue;
            }
            padded[i].fill(0);
            if (from <= size) {  // else the mark stands in the block before
                lanes::copy_small(padded[i].data(), message[i].data() + from, size - from);
                padded[i][size - from] = 0x80;
            }
            if (b + 1 == blocks[i]) {
                const std::uint64_t bits = __builtin_bswap64(std::uint64_t{8} * size);
                std::memcpy(padded[i].data() + 56, &bits, sizeof bits);
            }
        }
        U32<W> block[16];
        lanes::load_words<W, 16>(at.data(), 0, block);
        swap_all<W, 16>(block);
        U32<W> live;
        std::memcpy(&live, live_of.data(), sizeof live);
        U32<W> next[8];
        unrolled<8>([&](auto i) __attribute__((always_inline)) { next[i] = hash[i]; });
        compress<W>(next, block);
        unrolled<8>([&](auto i) __attribute__((always_inline)) {
            hash[i] = (hash[i] & ~live) | (next[i] & live);
        });
    }
    swap_all<W, 8>(hash);
    lanes::store_digests<W>(hash, out);
}

}  // namespace commitbench::sha256_wide
