// SPDX-License-Identifier: Apache-2.0
// Keccak-256 of many messages at a time: one in each lane of the processor's vectors.
#pragma once

#include "hash/lane_kernel.hpp"

namespace commitbench {

/// out[i] = keccak256(messages[i]), of whatever lengths; messages of equal permutation count share
/// a batch. INVARIANT: out has room for all.
void keccak256_many(std::span<const ByteView> messages, Hash256* out) noexcept;
/// The same for messages of exactly 64 bytes.
void keccak256_many_64(std::span<const std::uint8_t* const> messages, Hash256* out) noexcept;

/// The kernels that this processor has the instructions for, the widest first; the last is
/// keccak256() itself, one lane.
[[nodiscard]] std::span<const LaneKernel> keccak256_kernels() noexcept;
extern const LaneFunction kKeccak256Lanes;

}  // namespace commitbench
