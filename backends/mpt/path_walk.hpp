// SPDX-License-Identifier: Apache-2.0
// One step of the walk from the root to a key: shared by proofs and by reads through the trie.
#pragma once

#include "backends/mpt/node.hpp"

namespace commitbench::mpt {

/// Where a key's path goes from one node.
struct Step {
    bool ends = false;  ///< the answer is known: `value`, absent where empty
    ByteView value{};
    ChildRef next{};         ///< otherwise: the child to look into, for what is left of the path
    std::uint32_t used = 0;  ///< nibbles of the path that this node took
};

/// `path`: what is left of the key at `node`. The node's children are stored, not loaded.
[[nodiscard]] inline Step step_from(const Node* node, const NibblePath& path) {
    switch (node->kind) {
        case NodeKind::leaf: {
            const auto* leaf = static_cast<const Leaf*>(node);
            return {.ends = true, .value = leaf->path == path ? leaf->value : ByteView{}};
        }
        case NodeKind::extension: {
            const auto* extension = static_cast<const Extension*>(node);
            if (path.common_prefix(extension->path) < extension->path.size()) {
                return {.ends = true};
            }
            return {.next = extension->child, .used = extension->path.size()};
        }
        case NodeKind::branch: {
            const auto* branch = static_cast<const Branch*>(node);
            if (path.empty()) {
                return {.ends = true, .value = branch->value};
            }
            const ChildRef child = branch->children[path[0]];
            return child.is_empty() ? Step{.ends = true} : Step{.next = child, .used = 1};
        }
    }
    return {.ends = true};
}

}  // namespace commitbench::mpt
