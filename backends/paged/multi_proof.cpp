// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/multi_proof.hpp"

#include "backends/paged/compaction.hpp"
#include "backends/paged/proof_fold.hpp"
#include "backends/paged/root.hpp"

namespace commitbench::paged {
namespace {

std::vector<Node> nodes_of(const NodeHasher& hasher, std::span<const Terminal> terminals) {
    std::vector<Node> nodes(terminals.size());
    std::vector<LeafJob> jobs;
    jobs.reserve(terminals.size());
    for (std::size_t i = 0; i < terminals.size(); ++i) {
        if (terminals[i].leaf) {
            jobs.push_back({terminals[i].leaf->preimage(), &nodes[i]});
        }
    }
    hasher.make_leaves(jobs);
    return nodes;
}

/// False where two siblings would have compacted: there is no such tree.
bool leads_to(const NodeHasher& hasher,
              const Node& root,
              const MultiProof& proof,
              std::span<const Node> nodes) {
    bool possible = true;
    const Node top = fold(proof, nodes, [&](const Node& left, const Node& right) {
        possible = possible && !compacted(left, right);
        return hasher.internal(left, right);
    });
    return possible && top == root;
}

/// The leaves below one terminal after the writes: the old leaf, unless written over, and the new
/// ones, ascending.
void merge(const std::optional<LeafEntry>& old,
           std::span<const Write> writes,
           std::vector<LeafEntry>& leaves) {
    leaves.clear();
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
    const std::optional<std::size_t> siblings = siblings_needed(proof.terminals);
    if (!siblings || *siblings != proof.siblings.size()) {
        return false;
    }
    return proof.terminals.empty() ||
           leads_to(hasher, root, proof, nodes_of(hasher, proof.terminals));
}

Result<Node> verify_update(const NodeHasher& hasher,
                           const Node& old_root,
                           const MultiProof& proof,
                           std::span<const Write> writes) {
    const std::span<const Terminal> terminals = proof.terminals;
    const std::optional<std::size_t> siblings = siblings_needed(terminals);
    std::vector<Node> nodes = nodes_of(hasher, terminals);
    if (!siblings || *siblings != proof.siblings.size() ||
        (!terminals.empty() && !leads_to(hasher, old_root, proof, nodes))) {
        return bad_input("the proof does not lead to the old root");
    }
    std::vector<LeafEntry> leaves;
    std::size_t terminal = 0;
    for (std::size_t first = 0; first < writes.size();) {
        while (terminal < terminals.size() &&
               !is_below(writes[first].key, terminals[terminal].place)) {
            ++terminal;
        }
        if (terminal == terminals.size()) {
            return bad_input(
                "a key that is written is not in the proof, or the keys do not ascend");
        }
        const Terminal& here = terminals[terminal];
        std::size_t end = first + 1;
        for (; end < writes.size() && is_below(writes[end].key, here.place); ++end) {
            if (writes[end].key <= writes[end - 1].key) {
                return bad_input("the keys that are written do not ascend");
            }
        }
        merge(here.leaf, writes.subspan(first, end - first), leaves);
        nodes[terminal] = sub_tree_root(hasher, leaves, here.place.depth);
        ++terminal;
        first = end;
    }
    if (terminals.empty()) {
        return old_root;
    }
    return fold(proof, nodes,
                [&](const Node& left, const Node& right) { return above(hasher, left, right); });
}

}  // namespace commitbench::paged
