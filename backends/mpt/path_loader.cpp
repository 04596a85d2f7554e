// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/path_loader.hpp"

#include <vector>

namespace commitbench::mpt {
namespace {

/// A child that changes lead to, `depth` nibbles down.
struct Visit {
    ChildRef* ref;
    std::span<const PathChange> changes;
    std::uint32_t depth;
};

void visit_children(const Visit& at, std::vector<Visit>& next) {
    Node* node = at.ref->node();
    if (node->kind == NodeKind::leaf) {
        return;
    }
    if (node->kind == NodeKind::extension) {
        auto* extension = static_cast<Extension*>(node);
        const auto leaves_path = [&](const PathChange& change) {
            return change.from(at.depth).common_prefix(extension->path) < extension->path.size();
        };
        const auto first = std::ranges::find_if_not(at.changes, leaves_path);
        const auto last = std::find_if(first, at.changes.end(), leaves_path);
        if (first != last) {
            next.push_back({&extension->child, {first, last}, at.depth + extension->path.size()});
        }
        return;
    }
    auto* branch = static_cast<Branch*>(node);
    std::span<const PathChange> changes = at.changes;
    if (changes.front().from(at.depth).empty()) {  // a key that ends here sorts first
        changes = changes.subspan(1);
    }
    while (!changes.empty()) {
        const std::size_t count = count_same_nibble(changes, at.depth);
        ChildRef& child = branch->children[NibblePath(changes.front().path)[at.depth]];
        if (!child.is_empty()) {
            next.push_back({&child, changes.first(count), at.depth + 1});
        }
        changes = changes.subspan(count);
    }
}

}  // namespace

Status load_paths(NodeLoader& loader, ChildRef& root, std::span<const PathChange> changes) {
    std::vector<Visit> level;
    std::vector<Visit> next;
    std::vector<ChildRef*> refs;
    if (!root.is_empty() && !changes.empty()) {
        level.push_back({&root, changes, 0});
    }
    while (!level.empty()) {
        refs.clear();
        for (const Visit& visit : level) {
            refs.push_back(visit.ref);
        }
        if (!loader.load_together(refs)) {
            return loader.error();
        }
        next.clear();
        for (const Visit& visit : level) {
            visit_children(visit, next);
        }
        level.swap(next);
    }
    return {};
}

}  // namespace commitbench::mpt
