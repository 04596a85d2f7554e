// SPDX-License-Identifier: Apache-2.0
// Locations: the places of Ethereum's state that a block access list names, as keys and values of
// ours.
//
// An account is not one record here but up to three, and each storage slot one more:
//   StateKey = keccak256(kind byte || address)           for balance, nonce and code
//              keccak256(kind byte || address || slot)   for a slot
//   Value    = RLP of the integer                        for balance, nonce and slot (0 is the one
//   byte 0x80)
//              the code's bytes                          for code
// A slot that becomes 0 is deleted, as in Ethereum; a balance or nonce of 0 stays as 0x80.
#pragma once

#include "harness/core/state_key.hpp"
#include "workloads/trace/bal.hpp"

namespace commitbench {

enum class LocationKind : std::uint8_t { balance = 1, nonce = 2, code = 3, slot = 4 };
inline constexpr std::size_t kLocationKinds = 4;

/// "balance", "nonce", "code" or "slot".
[[nodiscard]] std::string_view name_of(LocationKind kind) noexcept;

/// INVARIANT: kind is not slot.
[[nodiscard]] StateKey location_key(LocationKind kind, const bal::Address& address) noexcept;
[[nodiscard]] StateKey slot_key(const bal::Address& address, const bal::Word& slot) noexcept;

/// RLP of a big-endian integer of any length up to 55 bytes, leading zeros or not.
[[nodiscard]] Bytes integer_value(ByteView big_endian);

}  // namespace commitbench
