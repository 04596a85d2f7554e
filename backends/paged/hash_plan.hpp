// SPDX-License-Identifier: Apache-2.0
// HashPlan: what a block has to hash, ordered so that as much as possible is hashed side by side,
// each batch in full lanes:
//
//   values -> leaves -> nodes inside buckets, by height -> nodes in pages, from the deepest up
//
// Buckets never depend on pages, and nodes of equal height in a bucket, or of equal depth in a
// page, never on each other, whatever bucket or page they are in. A planned node of a page is four
// bytes; what it needs is looked up a few batches before its turn, and asked for then, so that the
// processor fetches it while it hashes.
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

/// Not thread-safe; one a worker. Pages and buckets may not change between being planned and run().
class HashPlan {
  public:
    /// `stored`: some store keeps the tree, so what it lacks is kept track of.
    explicit HashPlan(bool stored) : stored_(stored) {}

    /// The page's changed slots, and what is above them in the page; empties page.changed. The
    /// nodes at the top of the pages below must be on the same plan or final.
    void add_page(Page& page);
    /// The sub-tree of a bucket, into *out. Not needed for the buckets of planned pages.
    void add_bucket(Bucket& bucket, Node* out);
    /// The node above the trie's top page.
    void add_root(const Page& top, Node* out) {
        const Page::NodePair pair = top.pair_at(0);
        root_.push_back({pair.left, pair.right, out});
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
        std::uint32_t depth = 0;   ///< kFloating: a leaf, which stands wherever it is needed
        std::uint32_t height = 0;  ///< of what is to be hashed below: 0 where that is leaves
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

    /// Nodes of one depth: each a page, by its number in pages_, and a slot.
    struct PageJobs {
        std::vector<std::uint32_t> jobs{};
        std::uint32_t size = 0;  ///< in use
    };
    static constexpr std::uint32_t kSlotBits = 7;
    static_assert(kPageSlots <= 1U << kSlotBits);

    void add_leaf(Bucket& bucket, std::size_t i);
    void join(Grown& left, Grown& right, std::uint32_t at, const Bucket& bucket);
    void lift(Grown& grown, std::uint32_t depth, const StateKey& key);
    void pair(Grown& grown, const Node* left, const Node* right);
    std::uint64_t hash_buckets(const NodeHasher& hasher);
    std::uint64_t hash_pages(const NodeHasher& hasher);

    bool stored_;
    Arena arena_{std::size_t{1} << 20};  // hashes of values, nodes inside buckets
    std::vector<ValueJob> values_;
    std::vector<LeafJob> leaves_;
    std::vector<Copy> copies_;
    Waiting waiting_;
    std::array<std::vector<PairJob>, kKeyBits + 1> bucket_jobs_;  // by height, from 1
    std::uint32_t highest_ = 0;
    std::vector<Page*> pages_;
    std::array<PageJobs, kKeyBits + kPageLevels> page_jobs_;  // by depth
    std::uint32_t deepest_ = 0;
    std::vector<PairJob> root_;  // none or one
    std::uint64_t needed_pairs_ = 0;
    std::uint64_t unwritten_bytes_ = 0;
};

}  // namespace commitbench::paged
