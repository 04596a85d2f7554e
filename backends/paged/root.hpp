// SPDX-License-Identifier: Apache-2.0
// The root of a sorted set of leaves, from nothing but the leaves.
#pragma once

#include "backends/paged/leaf_entry.hpp"
#include "backends/paged/node_hasher.hpp"

namespace commitbench::paged {

/// A sub-tree to hash: its node at `depth` is a terminator where there are no leaves, the leaf
/// where there is one. Keys share their first `depth` bits and ascend strictly (not checked).
struct SubTreeJob {
    std::span<const LeafEntry> leaves{};
    std::uint32_t depth = 0;
    Node* out = nullptr;
};

/// Left-frontier build of the shapes, then all hashes of one height at a time over all jobs. Linear
/// time, one hash a node; memory for some thousands of leaves at a time, however many there are.
void make_sub_trees(const NodeHasher& hasher, std::span<const SubTreeJob> jobs);

[[nodiscard]] inline Node sub_tree_root(const NodeHasher& hasher,
                                        std::span<const LeafEntry> leaves,
                                        std::uint32_t depth) {
    Node root;
    const SubTreeJob job{leaves, depth, &root};
    make_sub_trees(hasher, {&job, 1});
    return root;
}

/// The same for the whole trie.
[[nodiscard]] inline Node root_of_sorted(const NodeHasher& hasher,
                                         std::span<const LeafEntry> leaves) {
    return sub_tree_root(hasher, leaves, 0);
}

}  // namespace commitbench::paged
