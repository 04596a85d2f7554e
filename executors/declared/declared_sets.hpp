// SPDX-License-Identifier: Apache-2.0
// Declared access sets that are not exact, as they come with blocks in practice.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/block.hpp"
#include "harness/core/precedence_graph.hpp"

namespace commitbench {

/// Each transaction also declares keys that it never touches: keys of the block, drawn from `seed`,
/// until it declares `factor` times as many (rounded; at most all keys). An added key is declared
/// as written with the chance that one of its own is. INVARIANT: factor >= 1.
[[nodiscard]] AccessSets over_declared(const AccessSets& exact, double factor, std::uint64_t seed);

/// Every read is declared as a write with chance `share`, drawn from `seed`.
[[nodiscard]] AccessSets promoted(const AccessSets& exact, double share, std::uint64_t seed);

/// What each transaction touches when it runs alone on the state before the block, as a sender
/// would find out by simulation. Stale wherever transactions before it change what it does. Fails
/// with the reader's error.
[[nodiscard]] Result<AccessSets> pre_executed(const Block& block, StateReader& before);

/// One lock for all keys that agree in their first `bits` bits: the access sets in locks, whose
/// names are these bits and zeros. 256 leaves the keys as they are.
[[nodiscard]] AccessSets coarsened(const AccessSets& sets, unsigned bits);
/// The first `bits` bits of `key`, then zeros.
[[nodiscard]] StateKey leading_bits(const StateKey& key, unsigned bits) noexcept;

/// How many edges of `graph`, made from declared sets, join transactions that do not conflict in
/// their `exact` sets: order that is asked for in vain. Not the difference of two edge counts: a
/// reader promoted to a writer can take edges away and still make others wait.
[[nodiscard]] std::uint64_t false_conflicts(const PrecedenceGraph& graph, const AccessSets& exact);

}  // namespace commitbench
