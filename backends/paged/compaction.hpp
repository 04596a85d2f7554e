// SPDX-License-Identifier: Apache-2.0
// What stands above two siblings. Only leaves rise:
//
//   empty + empty     -> empty
//   leaf  + empty     -> the leaf, unchanged (either side)
//   anything else     -> internal(left, right)
//
// A leaf's bytes do not depend on its height, so a node's own bytes are all that its neighbours
// ever need of it: this is why a deletion beside a sub-tree that nobody proved can still be
// computed. Source: NOMT 1.0.4, compact_step in core/src/proof/path_proof.rs.
#pragma once

#include "backends/paged/node.hpp"

#include <optional>

namespace commitbench::paged {

/// The node that replaces the pair without being hashed, or nullopt where the pair has a parent. No
/// tree has an internal node above a pair that compacts.
[[nodiscard]] inline std::optional<Node> compacted(const Node& left, const Node& right) noexcept {
    if (right.is_terminator() && !left.is_internal()) {
        return left;
    }
    if (left.is_terminator() && right.is_leaf()) {
        return right;
    }
    return std::nullopt;
}

}  // namespace commitbench::paged
