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
    /// A planned node, or no node: the terminator.
    using Ref = std::uint32_t;
    static constexpr Ref kNothing = std::numeric_limits<Ref>::max();

    /// The entry must stay put until make().
    [[nodiscard]] Ref leaf(const LeafEntry& entry) {
        heights_.push_back(0);
        leaves_.push_back({&entry, next()});
        return next();
    }
    [[nodiscard]] Ref internal(Ref left, Ref right) {
        const std::uint32_t height = 1 + std::max(height_of(left), height_of(right));
        heights_.push_back(static_cast<std::uint16_t>(height));
        internals_.push_back({left, right, next()});
        if (at_height_.size() <= height) {
            at_height_.resize(height + 1);
        }
        ++at_height_[height];
        return next();
    }
    [[nodiscard]] std::size_t leaves() const noexcept { return leaves_.size(); }

    /// Makes every planned node.
    void make(const NodeHasher& hasher);
    /// INVARIANT: made.
    [[nodiscard]] const Node& node(Ref ref) const noexcept {
        return ref == kNothing ? kTerminator : nodes_[ref];
    }
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

    [[nodiscard]] Ref next() const noexcept { return static_cast<Ref>(heights_.size() - 1); }
    [[nodiscard]] std::uint32_t height_of(Ref ref) const noexcept {
        return ref == kNothing ? 0 : heights_[ref];
    }

    std::vector<std::uint16_t> heights_;
    std::vector<Leaf> leaves_;
    std::vector<Internal> internals_;
    std::vector<std::uint32_t> at_height_;  // how many internal nodes
    std::vector<Internal> ascending_;       // internals_ by height
    std::vector<Node> nodes_;
    std::vector<LeafJob> leaf_jobs_;
    std::vector<PairJob> pair_jobs_;
};

}  // namespace commitbench::paged
