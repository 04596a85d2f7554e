// SPDX-License-Identifier: Apache-2.0
// BLAKE3, unkeyed, one message or many at a time.
// Source: "BLAKE3: one function, fast everywhere", O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020.
#pragma once

#include "hash/keccak.hpp"

#include <span>

namespace commitbench {

[[nodiscard]] Hash256 blake3(ByteView message) noexcept;
/// Extended output: out.size() bytes.
void blake3_xof(ByteView message, std::span<std::uint8_t> out) noexcept;

/// out[i] = blake3(messages[i]), lanes filled with messages of up to 1,024 bytes of whatever
/// lengths. INVARIANT: out has room for all.
void blake3_many(std::span<const ByteView> messages, Hash256* out) noexcept;
/// The same for messages of exactly 64 bytes: one compression each.
void blake3_many_64(std::span<const std::uint8_t* const> messages, Hash256* out) noexcept;

/// Runs of the compression function for a message of `length` bytes and 32 bytes of output.
[[nodiscard]] std::uint64_t blake3_compressions(std::size_t length) noexcept;

/// Messages that the widest kernel of this processor hashes side by side, and its name, as
/// "AVX-512, 16 lanes".
[[nodiscard]] std::size_t blake3_lanes() noexcept;
[[nodiscard]] std::string_view blake3_kernel() noexcept;

}  // namespace commitbench
