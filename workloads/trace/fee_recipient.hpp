// SPDX-License-Identifier: Apache-2.0
// The fee recipient of a real block: the account whose balance nearly every transaction writes.
//
// A block access list does not name it. It is taken to be the account whose balance the most
// transactions write, if those are more than half of the block's (the first by address of several);
// else the block has none. What such a transaction did to that balance beside paying its fee (a
// builder that pays the proposer, say) cannot be told apart.
#pragma once

#include "workloads/trace/bal.hpp"

#include <optional>

namespace commitbench {

/// What becomes of the fee recipient's balance writes.
enum class FeeRecipient : std::uint8_t {
    write,     ///< done as recorded
    deferred,  ///< only the block's last one is done: the state after the block is the recorded one
    none,      ///< none is done: the balance stays what it was before the block
};

/// Index into accounts. O(accounts).
[[nodiscard]] std::optional<std::size_t> find_fee_recipient(const bal::AccessList& list);

/// How many of a fee recipient's `writes` balance writes, from the first on, are left out.
[[nodiscard]] std::size_t left_out(FeeRecipient rule, std::size_t writes) noexcept;

}  // namespace commitbench
