// SPDX-License-Identifier: Apache-2.0
// The root of a sorted set of leaves, from nothing but the leaves.
#pragma once

#include "backends/paged/leaf_entry.hpp"
#include "backends/paged/node_hasher.hpp"

namespace commitbench::paged {

/// The node at `depth` above exactly these leaves, whose keys share their first `depth` bits: a
/// terminator where there are none, a leaf where there is one. Keys ascend strictly (not checked).
/// Left-frontier build: linear time, one hash a node, leaves hashed in lanes; no memory but a stack
/// of up to 257 nodes. Source: NOMT 1.0.4, build_trie in core/src/update.rs.
[[nodiscard]] Node sub_tree_root(const NodeHasher& hasher,
                                 std::span<const LeafEntry> leaves,
                                 std::uint32_t depth);

/// The same for the whole trie.
[[nodiscard]] inline Node root_of_sorted(const NodeHasher& hasher,
                                         std::span<const LeafEntry> leaves) {
    return sub_tree_root(hasher, leaves, 0);
}

}  // namespace commitbench::paged
