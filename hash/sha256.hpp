// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4), one message or many.
#pragma once

#include "hash/lane_kernel.hpp"

namespace commitbench {

[[nodiscard]] Hash256 sha256(ByteView message) noexcept;
void sha256_many(std::span<const ByteView> messages, Hash256* out) noexcept;
/// The same for messages of exactly 64 bytes: two compressions each.
void sha256_many_64(std::span<const std::uint8_t* const> messages, Hash256* out) noexcept;
/// Runs of the compression function for a message of `length` bytes.
[[nodiscard]] constexpr std::uint64_t sha256_compressions(std::size_t length) noexcept {
    return (length + 9 + 63) / 64;
}

/// The kernels that this processor has the instructions for, the fastest first; sha256() itself is
/// among them.
[[nodiscard]] std::span<const LaneKernel> sha256_kernels() noexcept;
extern const LaneFunction kSha256Lanes;

}  // namespace commitbench
