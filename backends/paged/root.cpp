// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/root.hpp"

#include "backends/paged/height_batches.hpp"
#include "backends/paged/key_bits.hpp"

namespace commitbench::paged {
namespace {

using Ref = HeightBatches::Ref;

/// Leaves planned before they are hashed: their nodes, about 80 bytes a leaf, stay in the cache,
/// and only the few highest nodes of a batch leave lanes empty.
constexpr std::size_t kBatch = 4096;

/// A finished sub-tree that waits for its right sibling.
struct Pending {
    Ref node = 0;
    std::uint32_t depth = 0;
};

/// The sub-trees left of the current key that have no parent yet. Depths ascend strictly from the
/// first to the last, and none is deeper than the key.
class Frontier {
  public:
    Frontier(HeightBatches& plan, std::uint32_t top) : plan_(plan), top_(top) {}

    /// Adds the leaf of `key`, which stands below the last bit it shares with either neighbour, and
    /// plans up to where its right neighbour (`after` shared bits) branches off; kNone where there
    /// is no such neighbour.
    void add(const StateKey& key, Ref leaf, std::uint32_t before, std::uint32_t after) {
        const bool first = before == kNone;
        const bool last = after == kNone;
        if (first && last) {
            push(leaf, top_);
            return;
        }
        std::uint32_t depth = 1 + (first ? after : last ? before : std::max(before, after));
        const std::uint32_t end = last ? top_ : after + 1;
        Ref node = leaf;
        for (; depth > end; --depth) {
            const bool waits = size_ > 0 && pending_[size_ - 1].depth == depth;
            const Ref sibling = waits ? pending_[--size_].node : HeightBatches::kNothing;
            node = bit_of(key, depth - 1) ? plan_.internal(sibling, node)
                                          : plan_.internal(node, sibling);
        }
        push(node, depth);
    }

    /// INVARIANT: the last key was added.
    [[nodiscard]] Ref root() const { return pending_[0].node; }

    static constexpr std::uint32_t kNone = kKeyBits;

  private:
    void push(Ref node, std::uint32_t depth) { pending_[size_++] = {node, depth}; }

    HeightBatches& plan_;
    std::uint32_t top_;
    std::uint32_t size_ = 0;
    std::array<Pending, kKeyBits + 1> pending_;
};

Ref plan_sub_tree(HeightBatches& plan, std::span<const LeafEntry> leaves, std::uint32_t depth) {
    if (leaves.empty()) {
        return HeightBatches::kNothing;
    }
    Frontier frontier(plan, depth);
    std::uint32_t before = Frontier::kNone;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const std::uint32_t after =
            i + 1 < leaves.size() ? shared_bits(leaves[i].key, leaves[i + 1].key) : Frontier::kNone;
        frontier.add(leaves[i].key, plan.leaf(leaves[i]), before, after);
        before = after;
    }
    return frontier.root();
}

/// Cuts what is too large for one batch at its upper levels, whose few nodes are hashed one by one.
Node large_sub_tree(const NodeHasher& hasher,
                    HeightBatches& plan,
                    std::span<const LeafEntry> leaves,
                    std::uint32_t depth) {
    if (leaves.size() <= kBatch) {
        plan.clear();
        const Ref root = plan_sub_tree(plan, leaves, depth);
        plan.make(hasher);
        return plan.node(root);
    }
    const auto right = std::ranges::partition_point(
        leaves, [depth](const LeafEntry& leaf) { return !bit_of(leaf.key, depth); });
    const auto middle = static_cast<std::size_t>(right - leaves.begin());
    const Node left_node = large_sub_tree(hasher, plan, leaves.first(middle), depth + 1);
    const Node right_node = large_sub_tree(hasher, plan, leaves.subspan(middle), depth + 1);
    return hasher.internal(left_node, right_node);
}

}  // namespace

void make_sub_trees(const NodeHasher& hasher, std::span<const SubTreeJob> jobs) {
    HeightBatches plan;
    std::vector<Ref> roots;
    for (std::size_t first = 0; first < jobs.size();) {
        const SubTreeJob& job = jobs[first];
        if (job.leaves.size() > kBatch) {
            *job.out = large_sub_tree(hasher, plan, job.leaves, job.depth);
            ++first;
            continue;
        }
        plan.clear();
        roots.clear();
        std::size_t end = first;
        for (; end < jobs.size() && plan.leaves() + jobs[end].leaves.size() <= kBatch; ++end) {
            roots.push_back(plan_sub_tree(plan, jobs[end].leaves, jobs[end].depth));
        }
        plan.make(hasher);
        for (const Ref root : roots) {
            *jobs[first++].out = plan.node(root);
        }
    }
}

}  // namespace commitbench::paged
