// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/trie_update.hpp"

#include <functional>

namespace commitbench::mpt {
namespace {

bool any_present(std::span<const PathChange> changes) {
    return std::ranges::any_of(changes, [](const PathChange& change) { return !change.deletes(); });
}

}  // namespace

Status TrieUpdate::apply(ChildRef& root, std::span<const PathChange> changes) {
    if (!changes.empty() && apply_at(root, changes, 0) == Outcome::failed) {
        return loader_.error();
    }
    return {};
}

Node* TrieUpdate::load(ChildRef& ref) {
    if (ref.is_loaded()) {
        return ref.node();
    }
    return loader_.load_into(ref) ? ref.node() : nullptr;
}

TrieUpdate::Outcome TrieUpdate::apply_at(ChildRef& ref, Changes changes, std::uint32_t depth) {
    if (ref.is_empty()) {
        ref = build(changes, depth);
        return ref.is_empty() ? Outcome::unchanged : Outcome::changed;
    }
    const Node* node = load(ref);
    if (node == nullptr) {
        return Outcome::failed;
    }
    const std::uint8_t* place = node->item;
    const Outcome outcome = apply_to(*node, ref, changes, depth);
    if (outcome == Outcome::changed && ref.is_loaded()) {
        ref.node()->item = place;  // INVARIANT: dirty, so the item no longer has to be its own
    }
    return outcome;
}

TrieUpdate::Outcome TrieUpdate::apply_to(const Node& node,
                                         ChildRef& ref,
                                         Changes changes,
                                         std::uint32_t depth) {
    switch (node.kind) {
        case NodeKind::leaf:
            return apply_to_leaf(ref, changes, depth);
        case NodeKind::extension:
            return apply_to_extension(ref, changes, depth);
        case NodeKind::branch:
            return apply_to_branch(ref, changes, depth);
    }
    return Outcome::failed;
}

TrieUpdate::Outcome TrieUpdate::apply_to_leaf(ChildRef& ref, Changes changes, std::uint32_t depth) {
    auto* leaf = static_cast<Leaf*>(ref.node());
    const auto own = std::ranges::find_if(
        changes, [&](const PathChange& change) { return change.from(depth) == leaf->path; });
    const bool replaced = own != changes.end();
    if (replaced && changes.size() == 1 && !own->deletes()) {
        if (equal(leaf->value, own->value)) {
            return Outcome::unchanged;
        }
        leaf->value = own->value;
        leaf->dirty = true;
        return Outcome::changed;
    }
    if (replaced) {
        ref = build(changes, depth);
        return Outcome::changed;
    }
    if (!any_present(changes)) {
        return Outcome::unchanged;
    }
    // The leaf stays, beside new ones: it joins the changes under its full key, which begins like
    // theirs.
    const NibblePath full = join(arena_, NibblePath(changes[0].path).first(depth), leaf->path);
    const PathChange kept{full.packed(), leaf->value};
    std::vector<PathChange> merged(changes.begin(), changes.end());
    merged.insert(std::ranges::lower_bound(merged, kept.path, less, &PathChange::path), kept);
    ref = build(merged, depth);
    return Outcome::changed;
}

TrieUpdate::Outcome TrieUpdate::apply_to_extension(ChildRef& ref,
                                                   Changes changes,
                                                   std::uint32_t depth) {
    auto* extension = static_cast<Extension*>(ref.node());
    const NibblePath& path = extension->path;
    const auto shared = [&](const PathChange& change) {
        return change.from(depth).common_prefix(path);
    };

    // Sorted: what leaves the path early is at either end, so first and last tell for all.
    const auto runs_along = [&](Changes some) {
        return std::min(shared(some.front()), shared(some.back()));
    };
    if (runs_along(changes) < path.size()) {
        // Deletions beside the path delete nothing, and must not split it.
        std::vector<PathChange> effective(changes.begin(), changes.end());
        std::erase_if(effective, [&](const PathChange& change) {
            return change.deletes() && shared(change) < path.size();
        });
        if (effective.empty()) {
            return Outcome::unchanged;
        }
        const std::uint32_t along = runs_along(effective);
        if (along == path.size()) {
            return apply_to_extension(ref, effective, depth);
        }
        //  before:  extension [ a b c d ] -> child
        //  after:   extension [ a b ] -> branch, whose child c is extension [ d ] -> child
        auto* branch = make_branch(arena_);
        const NibblePath below = path.from(along + 1);
        ChildRef& kept = branch->children[path[along]];
        kept = below.empty() ? extension->child
                             : ChildRef::loaded(make_extension(arena_, below, extension->child));
        ref = ChildRef::loaded(branch);
        const NibblePath above = path.first(along);
        return apply_to_branch(ref, effective, depth + along) != Outcome::failed &&
                       prepend(above, ref)
                   ? Outcome::changed
                   : Outcome::failed;
    }
    const Outcome outcome = apply_at(extension->child, changes, depth + path.size());
    if (outcome != Outcome::changed) {
        return outcome;
    }
    ref = extension->child;
    return prepend(path, ref) ? Outcome::changed : Outcome::failed;
}

TrieUpdate::Outcome TrieUpdate::apply_to_branch(ChildRef& ref,
                                                Changes changes,
                                                std::uint32_t depth) {
    auto* branch = static_cast<Branch*>(ref.node());
    bool changed = false;
    bool removed = false;
    if (changes.front().from(depth).empty()) {  // a key that ends here sorts first
        const ByteView value = changes.front().value;
        if (!equal(branch->value, value)) {
            removed = value.empty();
            changed = true;
            branch->value = value;
            branch->encoding = {};
        }
        changes = changes.subspan(1);
    }
    while (!changes.empty()) {
        const std::uint8_t nibble = NibblePath(changes.front().path)[depth];
        const std::size_t count = count_same_nibble(changes, depth);
        ChildRef& child = branch->children[nibble];
        const bool was_empty = child.is_empty();
        switch (apply_at(child, changes.first(count), depth + 1)) {
            case Outcome::failed:
                return Outcome::failed;
            case Outcome::changed:
                changed = true;
                removed = removed || child.is_empty();
                if (was_empty || child.is_empty()) {
                    branch->encoding = {};
                }
                break;
            case Outcome::unchanged:
                break;
        }
        changes = changes.subspan(count);
    }
    if (!changed) {
        return Outcome::unchanged;
    }
    branch->dirty = true;
    return !removed || collapse(ref, branch) ? Outcome::changed : Outcome::failed;
}

bool TrieUpdate::collapse(ChildRef& ref, Branch* branch) {
    std::uint32_t count = 0;
    std::uint8_t last = 0;
    for (std::uint8_t nibble = 0; nibble < 16; ++nibble) {
        if (!branch->children[nibble].is_empty()) {
            ++count;
            last = nibble;
        }
    }
    if (count + (branch->value.empty() ? 0 : 1) >= 2) {
        return true;
    }
    if (count == 0) {
        ref = branch->value.empty()
                  ? ChildRef{}
                  : ChildRef::loaded(make_leaf(arena_, NibblePath{}, branch->value));
        return true;
    }
    ref = branch->children[last];
    std::uint8_t* packed = arena_.allocate(1);
    *packed = static_cast<std::uint8_t>(last << 4);
    return prepend(NibblePath({packed, 1}).first(1), ref);
}

bool TrieUpdate::prepend(const NibblePath& prefix, ChildRef& ref) {
    if (prefix.empty() || ref.is_empty()) {
        return true;
    }
    Node* node = load(ref);
    if (node == nullptr) {
        return false;
    }
    switch (node->kind) {
        case NodeKind::leaf: {
            const auto* leaf = static_cast<const Leaf*>(node);
            ref =
                ChildRef::loaded(make_leaf(arena_, join(arena_, prefix, leaf->path), leaf->value));
            return true;
        }
        case NodeKind::extension: {
            const auto* below = static_cast<const Extension*>(node);
            ref = ChildRef::loaded(
                make_extension(arena_, join(arena_, prefix, below->path), below->child));
            return true;
        }
        case NodeKind::branch:
            ref = ChildRef::loaded(make_extension(arena_, prefix, ref));
            return true;
    }
    return false;
}

ChildRef TrieUpdate::build(Changes changes, std::uint32_t depth) {
    if (std::ranges::none_of(changes, &PathChange::deletes)) {
        return changes.empty() ? ChildRef{} : ChildRef::loaded(build_present(changes, depth));
    }
    std::vector<PathChange> present(changes.begin(), changes.end());
    std::erase_if(present, std::mem_fn(&PathChange::deletes));
    return present.empty() ? ChildRef{} : ChildRef::loaded(build_present(present, depth));
}

Node* TrieUpdate::build_present(Changes changes, std::uint32_t depth) {
    const NibblePath first = changes.front().from(depth);
    if (changes.size() == 1) {
        return make_leaf(arena_, first, changes.front().value);
    }
    const std::uint32_t shared = first.common_prefix(changes.back().from(depth));
    if (shared > 0) {
        return make_extension(arena_, first.first(shared),
                              ChildRef::loaded(build_present(changes, depth + shared)));
    }
    auto* branch = make_branch(arena_);
    if (first.empty()) {
        branch->value = changes.front().value;
        changes = changes.subspan(1);
    }
    while (!changes.empty()) {
        const std::uint8_t nibble = NibblePath(changes.front().path)[depth];
        const std::size_t count = count_same_nibble(changes, depth);
        branch->children[nibble] = ChildRef::loaded(build_present(changes.first(count), depth + 1));
        changes = changes.subspan(count);
    }
    return branch;
}

}  // namespace commitbench::mpt
