// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/root.hpp"

#include "backends/paged/frontier.hpp"

namespace commitbench::paged {
namespace {

using NodeRef = HeightBatches::Ref;

/// Leaves planned before they are hashed: their nodes, about 80 bytes a leaf, stay in the cache,
/// and only the few highest nodes of a batch leave lanes empty.
constexpr std::size_t kBatch = 4096;

/// Cuts what is too large for one batch at its upper levels, whose few nodes are hashed one by one.
Node large_sub_tree(const NodeHasher& hasher,
                    HeightBatches& plan,
                    std::span<const LeafEntry> leaves,
                    std::uint32_t depth) {
    if (leaves.size() <= kBatch) {
        plan.clear();
        const NodeRef root = plan_sub_tree(plan, leaves, depth);
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
    std::vector<NodeRef> roots;
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
        for (const NodeRef root : roots) {
            *jobs[first++].out = plan.node(root);
        }
    }
}

}  // namespace commitbench::paged
