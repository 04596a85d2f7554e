// SPDX-License-Identifier: Apache-2.0
#include "hash/keccak.hpp"

#include "hash/keccak_rounds.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>

namespace commitbench {
namespace {

constexpr std::size_t kLanes = 25;
using State = std::array<std::uint64_t, kLanes>;

// One round from the lanes of `a` into those of `e`, written out lane by lane: with constant
// indices and rotations the compiler keeps most of the state in registers. Lane (x, y) is index x +
// 5y; rho and pi move it to (y, 2x + 3y). One output row at a time keeps five rotated lanes alive,
// not 25.
[[gnu::always_inline]] inline void round(const State& a,
                                         State& e,
                                         std::uint64_t constant) noexcept {
    const std::uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    const std::uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    const std::uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    const std::uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    const std::uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    const std::uint64_t d0 = c4 ^ std::rotl(c1, 1);
    const std::uint64_t d1 = c0 ^ std::rotl(c2, 1);
    const std::uint64_t d2 = c1 ^ std::rotl(c3, 1);
    const std::uint64_t d3 = c2 ^ std::rotl(c4, 1);
    const std::uint64_t d4 = c3 ^ std::rotl(c0, 1);

    const auto row = [&e](std::size_t y, std::uint64_t b0, std::uint64_t b1, std::uint64_t b2,
                          std::uint64_t b3, std::uint64_t b4) __attribute__((always_inline)) {
        e[y] = b0 ^ (~b1 & b2);
        e[y + 1] = b1 ^ (~b2 & b3);
        e[y + 2] = b2 ^ (~b3 & b4);
        e[y + 3] = b3 ^ (~b4 & b0);
        e[y + 4] = b4 ^ (~b0 & b1);
    };
    row(0, a[0] ^ d0, std::rotl(a[6] ^ d1, 44), std::rotl(a[12] ^ d2, 43),
        std::rotl(a[18] ^ d3, 21), std::rotl(a[24] ^ d4, 14));
    e[0] ^= constant;
    row(5, std::rotl(a[3] ^ d3, 28), std::rotl(a[9] ^ d4, 20), std::rotl(a[10] ^ d0, 3),
        std::rotl(a[16] ^ d1, 45), std::rotl(a[22] ^ d2, 61));
    row(10, std::rotl(a[1] ^ d1, 1), std::rotl(a[7] ^ d2, 6), std::rotl(a[13] ^ d3, 25),
        std::rotl(a[19] ^ d4, 8), std::rotl(a[20] ^ d0, 18));
    row(15, std::rotl(a[4] ^ d4, 27), std::rotl(a[5] ^ d0, 36), std::rotl(a[11] ^ d1, 10),
        std::rotl(a[17] ^ d2, 15), std::rotl(a[23] ^ d3, 56));
    row(20, std::rotl(a[2] ^ d2, 62), std::rotl(a[8] ^ d3, 55), std::rotl(a[14] ^ d4, 39),
        std::rotl(a[15] ^ d0, 41), std::rotl(a[21] ^ d1, 2));
}

[[gnu::always_inline]] inline void permute(State& a) noexcept {
    State e;
    for (std::size_t i = 0; i < kKeccakRoundConstants.size(); i += 2) {
        round(a, e, kKeccakRoundConstants[i]);
        round(e, a, kKeccakRoundConstants[i + 1]);
    }
}

[[gnu::always_inline]] inline void absorb(State& state, const std::uint8_t* block) noexcept {
    for (std::size_t i = 0; i < kKeccakRate / 8; ++i) {
        std::uint64_t lane = 0;
        std::memcpy(&lane, block + 8 * i, 8);
        state[i] ^= lane;
    }
}

[[gnu::always_inline]] inline Hash256 sponge(ByteView message) noexcept {
    State state{};
    while (message.size() >= kKeccakRate) {
        absorb(state, message.data());
        permute(state);
        message = message.subspan(kKeccakRate);
    }
    std::array<std::uint8_t, kKeccakRate> last{};
    if (!message.empty()) {
        std::memcpy(last.data(), message.data(), message.size());
    }
    last[message.size()] = 0x01;
    last[kKeccakRate - 1] |= 0x80;
    absorb(state, last.data());
    permute(state);
    Hash256 digest;
    std::memcpy(digest.data(), state.data(), digest.size());
    return digest;
}

// The same source twice: `andn` (BMI1) and `rorx` (BMI2) take a fifth off the permutation where
// there are any.
[[gnu::target("bmi,bmi2")]] Hash256 keccak256_bmi2(ByteView message) noexcept {
    return sponge(message);
}

Hash256 keccak256_portable(ByteView message) noexcept {
    return sponge(message);
}

using Keccak256 = Hash256 (*)(ByteView) noexcept;

Keccak256 best_for_this_cpu() noexcept {
    return __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0
               ? keccak256_bmi2
               : keccak256_portable;
}

}  // namespace

Hash256 keccak256(ByteView message) noexcept {
    static const Keccak256 best = best_for_this_cpu();
    return best(message);
}

double measure_keccak256_permutation_ns() {
    constexpr int kBatches = 9;
    constexpr int kHashes = 500;
    std::array<double, kBatches> batches{};
    Hash256 chained{};
    for (double& ns : batches) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < kHashes; ++i) {
            chained = keccak256(chained);  // each hash waits for the one before, as in a tree
        }
        const std::chrono::duration<double, std::nano> spent =
            std::chrono::steady_clock::now() - start;
        ns = spent.count() / kHashes;
    }
    std::ranges::nth_element(batches, batches.begin() + kBatches / 2);
    return batches[kBatches / 2];
}

}  // namespace commitbench
