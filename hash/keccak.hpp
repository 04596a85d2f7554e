// SPDX-License-Identifier: Apache-2.0
// Keccak-256 as Ethereum uses it: the original padding 0x01 … 0x80, not SHA3-256's 0x06.
// Source: "The Keccak reference", Bertoni, Daemen, Peeters, Van Assche, version 3.0, 2011.
#pragma once

#include "harness/core/bytes.hpp"

#include <array>

namespace commitbench {

using Hash256 = std::array<std::uint8_t, 32>;

/// Bytes absorbed a permutation: 1600 bits of state less twice 256 bits of capacity.
inline constexpr std::size_t kKeccakRate = 136;

/// One lane, any length. Pure; thread-safe.
[[nodiscard]] Hash256 keccak256(ByteView message) noexcept;

/// Permutations that keccak256 spends on a message of `length` bytes.
[[nodiscard]] constexpr std::uint64_t keccak256_permutations(std::size_t length) noexcept {
    return length / kKeccakRate + 1;
}

/// Nanoseconds of one permutation in a one-permutation message on this machine, now: median of 9
/// batches of 500, about 1 ms in all. The unit of the hash floor (permutations x cost).
[[nodiscard]] double measure_keccak256_permutation_ns();

}  // namespace commitbench
