// SPDX-License-Identifier: Apache-2.0
// The lattice hash once more, as plainly as it can be said: the oracle of `lthash`'s ledger roots.
#pragma once

#include "harness/core/reference_tree.hpp"

namespace commitbench {

/// The commitment scheme of `lthash`.
inline constexpr std::string_view kLthashScheme = "lthash-kv";

/// Keeps every value that a diff wrote, and trusts no diff's old values. One library call an
/// element, no lanes.
[[nodiscard]] std::unique_ptr<ReferenceTree> make_lthash_reference();

}  // namespace commitbench
