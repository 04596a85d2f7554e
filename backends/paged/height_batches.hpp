// SPDX-License-Identifier: Apache-2.0
// HeightBatches: hashes planned first and made afterwards, many at a time, children before parents.
//
//   height 0   leaves              one batch
//   height 1   parents of leaves   the next, and so on: nodes of one height need nothing of each
//   other
#pragma once

#include "backends/paged/leaf_entry.hpp"
#include "backends/paged/node_hasher.hpp"

#include <limits>
#include <utility>

namespace commitbench::paged {

/// Not thread-safe. Keeps its memory for the next plan.
class HeightBatches {
  public:
    /// A node of the plan, or no node: the terminator.
    using Ref = std::uint32_t;
    static constexpr Ref kNothing = std::numeric_limits<Ref>::max();

    /// A node that is known already.
    [[nodiscard]] Ref given(const Node& node) {
        return node.is_terminator() ? kNothing : append(node, 0);
    }
    /// The entry must stay put until make().
    [[nodiscard]] Ref leaf(const LeafEntry& entry) {
        const Ref self = append(kSomeLeaf, 0);
        leaves_.push_back({&entry, self});
        return self;
    }
    [[nodiscard]] Ref internal(Ref left, Ref right) {
        const std::uint32_t height = 1 + std::max(height_of(left), height_of(right));
        const Ref self = append(kSomeInternal, height);
        internals_.push_back({left, right, self});
        if (at_height_.size() <= height) {
            at_height_.resize(height + 1);
        }
        ++at_height_[height];
        return self;
    }
    [[nodiscard]] std::size_t leaves() const noexcept { return leaves_.size(); }

    /// Before make(): of the right kind, which is all that compaction asks, but not the node's
    /// bytes unless it was given. Valid until the plan grows.
    [[nodiscard]] const Node& node(Ref ref) const noexcept {
        return ref == kNothing ? kTerminator : nodes_[ref];
    }
    /// Makes every planned node.
    void make(const NodeHasher& hasher);
    void clear() noexcept;

  private:
    struct Leaf {
        const LeafEntry* entry = nullptr;
        Ref self = 0;
    };
    struct Internal {
        Ref left = 0;
        Ref right = 0;
        Ref self = 0;
    };

    static constexpr Node kSomeLeaf{{0x80}};
    static constexpr Node kSomeInternal{{0x01}};

    Ref append(const Node& node, std::uint32_t height) {
        nodes_.push_back(node);
        heights_.push_back(static_cast<std::uint16_t>(height));
        return static_cast<Ref>(nodes_.size() - 1);
    }
    [[nodiscard]] std::uint32_t height_of(Ref ref) const noexcept {
        return ref == kNothing ? 0 : heights_[ref];
    }

    std::vector<Node> nodes_;
    std::vector<std::uint16_t> heights_;
    std::vector<Leaf> leaves_;
    std::vector<Internal> internals_;
    std::vector<std::uint32_t> at_height_;  // how many internal nodes
    std::vector<Internal> ascending_;       // internals_ by height
    std::vector<LeafJob> leaf_jobs_;
    std::vector<PairJob> pair_jobs_;
};

}  // namespace commitbench::paged
