// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/root.hpp"

#include "backends/paged/key_bits.hpp"

namespace commitbench::paged {
namespace {

/// A finished sub-tree that waits for its right sibling.
struct Pending {
    Node node{};
    std::uint32_t depth = 0;
};

/// The sub-trees left of the current key that have no parent yet. Depths ascend strictly from the
/// first to the last, and none is deeper than the key.
class Frontier {
  public:
    Frontier(const NodeHasher& hasher, std::uint32_t top) : hasher_(hasher), top_(top) {}

    /// Adds the leaf of `key`, which stands below the last bit it shares with either neighbour, and
    /// hashes up to where its right neighbour (`after` shared bits) branches off; kNone where there
    /// is no such neighbour.
    void add(const StateKey& key, const Node& leaf, std::uint32_t before, std::uint32_t after) {
        const bool first = before == kNone;
        const bool last = after == kNone;
        if (first && last) {
            push(leaf, top_);
            return;
        }
        std::uint32_t depth = 1 + (first ? after : last ? before : std::max(before, after));
        const std::uint32_t end = last ? top_ : after + 1;
        Node node = leaf;
        for (; depth > end; --depth) {
            const bool waits = size_ > 0 && pending_[size_ - 1].depth == depth;
            const Node& sibling = waits ? pending_[--size_].node : kTerminator;
            node = bit_of(key, depth - 1) ? hasher_.internal(sibling, node)
                                          : hasher_.internal(node, sibling);
        }
        push(node, depth);
    }

    /// INVARIANT: the last key was added.
    [[nodiscard]] const Node& root() const { return pending_[0].node; }

    static constexpr std::uint32_t kNone = kKeyBits;

  private:
    void push(const Node& node, std::uint32_t depth) { pending_[size_++] = {node, depth}; }

    const NodeHasher& hasher_;
    std::uint32_t top_;
    std::uint32_t size_ = 0;
    std::array<Pending, kKeyBits + 1> pending_;
};

}  // namespace

Node sub_tree_root(const NodeHasher& hasher,
                   std::span<const LeafEntry> leaves,
                   std::uint32_t depth) {
    if (leaves.empty()) {
        return kTerminator;
    }
    constexpr std::size_t kBatch = 64;  // leaves: several times the lanes, and 2 KiB of stack
    std::array<Node, kBatch> nodes;
    std::array<LeafJob, kBatch> jobs{};
    Frontier frontier(hasher, depth);
    std::uint32_t before = Frontier::kNone;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        const std::size_t lane = i % kBatch;
        if (lane == 0) {
            const std::size_t count = std::min(kBatch, leaves.size() - i);
            for (std::size_t j = 0; j < count; ++j) {
                jobs[j] = {leaves[i + j].preimage(), &nodes[j]};
            }
            hasher.make_leaves({jobs.data(), count});
        }
        const std::uint32_t after =
            i + 1 < leaves.size() ? shared_bits(leaves[i].key, leaves[i + 1].key) : Frontier::kNone;
        frontier.add(leaves[i].key, nodes[lane], before, after);
        before = after;
    }
    return frontier.root();
}

}  // namespace commitbench::paged
