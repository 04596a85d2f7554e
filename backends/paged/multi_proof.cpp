// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/multi_proof.hpp"

#include "backends/paged/compaction.hpp"
#include "backends/paged/frontier.hpp"
#include "backends/paged/proof_fold.hpp"

namespace commitbench::paged {
namespace {

using NodeRef = HeightBatches::Ref;

/// One place of the paths, before the writes and after them.
struct Pair {
    NodeRef before = HeightBatches::kNothing;
    NodeRef after = HeightBatches::kNothing;
};

/// Appends the leaves below one terminal after the writes: the old leaf, unless written over, and
/// the new ones, ascending.
void append_merged(const std::optional<LeafEntry>& old,
                   std::span<const Write> writes,
                   std::vector<LeafEntry>& leaves) {
    bool old_left = old.has_value();
    for (const Write& write : writes) {
        if (old_left && old->key <= write.key) {
            old_left = false;
            if (old->key != write.key) {
                leaves.push_back(*old);
            }
        }
        if (write.value_hash) {
            leaves.push_back({write.key, *write.value_hash});
        }
    }
    if (old_left) {
        leaves.push_back(*old);
    }
}

/// The new roots of the sub-trees in the terminals' places. `leaves` holds what `plan` refers to.
Status plan_writes(std::span<const Terminal> terminals,
                   std::span<const Write> writes,
                   HeightBatches& plan,
                   std::vector<LeafEntry>& leaves,
                   std::vector<Pair>& places) {
    leaves.reserve(writes.size() + std::min(writes.size(), terminals.size()));
    std::size_t at = 0;
    for (std::size_t first = 0; first < writes.size(); ++at) {
        while (at < terminals.size() && !is_below(writes[first].key, terminals[at].place)) {
            ++at;
        }
        if (at == terminals.size()) {
            return bad_input(
                "a key that is written is not in the proof, or the keys do not ascend");
        }
        std::size_t end = first + 1;
        for (; end < writes.size() && is_below(writes[end].key, terminals[at].place); ++end) {
            if (writes[end].key <= writes[end - 1].key) {
                return bad_input("the keys that are written do not ascend");
            }
        }
        const std::size_t before = leaves.size();
        append_merged(terminals[at].leaf, writes.subspan(first, end - first), leaves);
        places[at].after =
            plan_sub_tree(plan, std::span(leaves).subspan(before), terminals[at].place.depth);
        first = end;
    }
    return {};
}

}  // namespace

const Terminal* MultiProof::look_up(const StateKey& key) const noexcept {
    // Places are zero-padded prefixes: the last that is not right of the key is the only candidate.
    const auto after = std::ranges::upper_bound(
        terminals, key, {}, [](const Terminal& t) -> const StateKey& { return t.place.path; });
    if (after == terminals.begin()) {
        return nullptr;
    }
    const Terminal& candidate = *(after - 1);
    return is_below(key, candidate.place) ? &candidate : nullptr;
}

bool verify_multi(const NodeHasher& hasher, const Node& root, const MultiProof& proof) {
    return verify_update(hasher, root, proof, {}).ok();
}

Result<Node> verify_update(const NodeHasher& hasher,
                           const Node& old_root,
                           const MultiProof& proof,
                           std::span<const Write> writes) {
    const std::optional<std::size_t> needed = siblings_needed(proof.terminals);
    if (!needed || *needed != proof.siblings.size()) {
        return bad_input("the proof has the wrong shape");
    }
    HeightBatches plan;
    std::vector<Pair> places;
    places.reserve(proof.terminals.size());
    for (const Terminal& terminal : proof.terminals) {
        const NodeRef ref = terminal.leaf ? plan.leaf(*terminal.leaf) : HeightBatches::kNothing;
        places.push_back({ref, ref});
    }
    std::vector<LeafEntry> leaves;
    COMMITBENCH_TRY(plan_writes(proof.terminals, writes, plan, leaves, places));
    if (places.empty()) {
        return old_root;
    }
    std::vector<Pair> siblings;
    siblings.reserve(proof.siblings.size());
    for (const Node& sibling : proof.siblings) {
        const NodeRef ref = plan.given(sibling);
        siblings.push_back({ref, ref});
    }

    bool possible = true;  // false: an internal node above a pair that compacts
    const auto join = [&](const Pair& left, const Pair& right) {
        possible = possible && !compacted(plan.node(left.before), plan.node(right.before));
        Pair above;
        above.before = plan.internal(left.before, right.before);
        if (left.before == left.after && right.before == right.after) {
            above.after = above.before;
        } else if (!compacted(plan.node(left.after), plan.node(right.after))) {
            above.after = plan.internal(left.after, right.after);
        } else {
            above.after = right.after == HeightBatches::kNothing ? left.after : right.after;
        }
        return above;
    };
    const Pair root = fold<Pair>(proof.terminals, places, siblings, join);
    plan.make(hasher);
    if (!possible || plan.node(root.before) != old_root) {
        return bad_input("the proof does not lead to the old root");
    }
    return plan.node(root.after);
}

}  // namespace commitbench::paged
