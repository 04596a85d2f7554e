// SPDX-License-Identifier: Apache-2.0
// TrieUpdate: applies a block's sorted changes to the trie in one descent.
#pragma once

#include "backends/mpt/node_loader.hpp"
#include "backends/mpt/path_change.hpp"

#include <span>
#include <vector>

namespace commitbench::mpt {

/// Every node on the way to a change is loaded once, however many changes lie below it; subtrees
/// without a change are neither loaded nor touched. A deletion that leaves a branch with one child
/// loads that child too (canonical form: it may have to merge with what is above it).
///
/// Recursion is as deep as the trie: at most 2 x key length. Not thread-safe.
class TrieUpdate {
  public:
    TrieUpdate(Arena& arena, NodeLoader& loader) noexcept : arena_(arena), loader_(loader) {}

    /// Applies `changes` (paths ascending, each once) below `root`. Afterwards `root` is empty,
    /// stored (nothing changed) or loaded. On failure the tree is in no defined state.
    Status apply(ChildRef& root, std::span<const PathChange> changes);

  private:
    enum class Outcome : std::uint8_t { unchanged, changed, failed };
    using Changes = std::span<const PathChange>;

    [[nodiscard]] Outcome apply_at(ChildRef& ref, Changes changes, std::uint32_t depth);
    [[nodiscard]] Outcome apply_to(const Node& node,
                                   ChildRef& ref,
                                   Changes changes,
                                   std::uint32_t depth);
    [[nodiscard]] Outcome apply_to_leaf(ChildRef& ref, Changes changes, std::uint32_t depth);
    [[nodiscard]] Outcome apply_to_extension(ChildRef& ref, Changes changes, std::uint32_t depth);
    [[nodiscard]] Outcome apply_to_branch(ChildRef& ref, Changes changes, std::uint32_t depth);

    /// A subtree of `changes` alone; deletions among them are skipped.
    [[nodiscard]] ChildRef build(Changes changes, std::uint32_t depth);
    /// The same; INVARIANT: not empty, no deletion among them.
    [[nodiscard]] Node* build_present(Changes changes, std::uint32_t depth);

    /// Turns a branch that lost something into what is canonical for what is left.
    [[nodiscard]] bool collapse(ChildRef& ref, Branch* branch);
    /// Puts `prefix` above `ref` (empty, leaf, extension or branch). False where a load failed.
    [[nodiscard]] bool prepend(const NibblePath& prefix, ChildRef& ref);
    [[nodiscard]] Node* load(ChildRef& ref);

    Arena& arena_;
    NodeLoader& loader_;
};

}  // namespace commitbench::mpt
