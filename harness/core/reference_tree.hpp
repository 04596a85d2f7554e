// SPDX-License-Identifier: Apache-2.0
// ReferenceTree: the plain in-memory tree that the ledger's roots come from.
#pragma once

#include "harness/core/first_state.hpp"
#include "harness/core/state_diff.hpp"

#include <memory>

namespace commitbench {

/// Simple, unbounded, no storage: shares no code with the backend of its scheme but the hash
/// function, so that a backend's mistake cannot hide in its own oracle. Not thread-safe.
class ReferenceTree {
  public:
    virtual ~ReferenceTree() = default;
    /// Takes the entries [first, last) of the first state. Either never called, or before any
    /// apply(), from 0 on, each part where the one before ended, up to the whole. `state` outlives
    /// the tree, which may ask it again for what it does not keep. Here: apply() of a diff.
    virtual void load(const FirstState& state, std::uint64_t first, std::uint64_t last);
    virtual void apply(const StateDiff& diff) = 0;
    /// Hashes what apply() changed since the last call.
    [[nodiscard]] virtual Root root() = 0;
};

/// The reference of a commitment scheme (Backend::commitment_scheme), or null where there is none
/// ("none", a plug-in's own). Defined beside the backend registry.
[[nodiscard]] std::unique_ptr<ReferenceTree> make_reference_tree(std::string_view scheme);

}  // namespace commitbench
