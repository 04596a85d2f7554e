// SPDX-License-Identifier: Apache-2.0
// The left-frontier build: the shape of a sub-tree from its sorted leaves, in linear time.
//
// For neighbours a < b < c in key order, with n1 bits shared by a and b and n2 by b and c:
//
//   b's leaf stands at depth max(n1, n2) + 1
//   where n1 > n2, b ends a sub-tree: its ancestors down from depth n2 + 1 have all their leaves,
//   and the left sibling of each is the last pending sub-tree if that stands at the same depth,
//   else empty
//
// Source: NOMT 1.0.4, build_trie in core/src/update.rs.
#pragma once

#include "backends/paged/height_batches.hpp"
#include "backends/paged/key_bits.hpp"

namespace commitbench::paged {

/// A finished sub-tree that waits for its right sibling.
struct Pending {
    HeightBatches::Ref node = 0;
    std::uint32_t depth = 0;
};

/// The sub-trees left of the current key that have no parent yet. Depths ascend strictly from the
/// first to the last, and none is deeper than the key.
class Frontier {
  public:
    using Ref = HeightBatches::Ref;

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

/// Plans the sub-tree at `depth` above these leaves, whose keys share their first `depth` bits and
/// ascend strictly; the leaves must stay put until the plan is made. Linear time.
[[nodiscard]] inline HeightBatches::Ref plan_sub_tree(HeightBatches& plan,
                                                      std::span<const LeafEntry> leaves,
                                                      std::uint32_t depth) {
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

}  // namespace commitbench::paged
