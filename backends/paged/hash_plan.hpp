// SPDX-License-Identifier: Apache-2.0
// HashPlan: what a block has to hash, ordered so that as much as possible is hashed side by side.
//
// Nodes of equal depth never depend on each other, whatever page or bucket they are in. So pages
// and buckets put their dirty nodes on one list a depth; then values, leaves, and the lists from
// the deepest up are hashed, each in full lanes.
//
//   depth   values -> leaves
//     23                        [pair][pair]
//     22                        [pair][pair][pair]
//     ..                        ...
#pragma once

#include "backends/paged/bucket.hpp"
#include "backends/paged/node_hasher.hpp"
#include "backends/paged/page.hpp"
#include "harness/core/arena.hpp"

#include <utility>
#include <vector>

namespace commitbench::paged {

/// Runs of the compression function.
struct HashWork {
    std::uint64_t compressions = 0;
    /// Of them, those that any implementation needs: changed values, their leaves, and the internal
    /// nodes above these. The rest rebuilds what buckets do not keep.
    std::uint64_t needed = 0;

    void add(const HashWork& other) noexcept {
        compressions += other.compressions;
        needed += other.needed;
    }
};

/// Not thread-safe; one a slice. Pages and buckets may not change between being planned and run().
class HashPlan {
  public:
    /// The page's changed slots, and what is above them in the page; empties page.changed. The
    /// nodes at the top of the pages below must be on the same plan or final.
    void add_page(Page& page);
    /// The sub-tree of a bucket, into *out. Not needed for the buckets of planned pages.
    void add_bucket(Bucket& bucket, Node* out);
    /// One node, `depth` bits below the root.
    void add_pair(std::uint32_t depth, const Node* left, const Node* right, Node* out) {
        pairs_[depth].push_back({left, right, out});
        deepest_ = std::max(deepest_, depth);
        ++needed_pairs_;
    }

    /// Memory of the planned pages and buckets that stores had as they were until now.
    [[nodiscard]] std::uint64_t take_unwritten_bytes() noexcept {
        return std::exchange(unwritten_bytes_, 0);
    }

    /// Hashes everything and forgets it.
    [[nodiscard]] HashWork run(const NodeHasher& hasher);

  private:
    struct Copy {
        const Node* from;
        Node* to;
    };
    /// A sub-tree of the bucket being planned: its node, and how deep that stands.
    struct Grown {
        const Node* node = nullptr;
        std::uint32_t depth = 0;  ///< kFloating: a leaf, which stands wherever it is needed
        std::uint32_t some_leaf = 0;
        bool changed = false;
    };
    /// Sub-trees that wait for their right neighbour, and how many bits they share with it. They
    /// share ever more, so there are never more than bits in a key.
    struct Waiting {
        std::array<Grown, kKeyBits> grown{};
        std::array<std::uint32_t, kKeyBits> parted{};
        std::size_t size = 0;
    };
    static constexpr std::uint32_t kFloating = kKeyBits + 1;

    void add_leaf(Bucket& bucket, std::size_t i);
    const Node* pair(std::uint32_t depth, const Node* left, const Node* right, bool changed);
    const Node* lift(const Grown& grown, std::uint32_t depth, const StateKey& key);

    Arena arena_{std::size_t{1} << 20};  // messages of leaves, nodes inside buckets
    std::vector<ValueJob> values_;
    std::vector<LeafJob> leaves_;
    std::vector<Copy> copies_;
    Waiting waiting_;
    std::array<std::vector<PairJob>, kKeyBits> pairs_;
    std::uint32_t deepest_ = 0;
    std::uint64_t needed_pairs_ = 0;
    std::uint64_t unwritten_bytes_ = 0;
};

}  // namespace commitbench::paged
