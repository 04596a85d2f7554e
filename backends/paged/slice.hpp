// SPDX-License-Identifier: Apache-2.0
// Slice: one worker's share of a block, whole sub-trees with the writes below them.
//
//   walk     from the slice's pages down: where does each write land, load what is not in memory,
//            a level at a time, for many slices together: a disk wants long lists
//   apply    the buckets at the landings take their writes: overwritten in place, made anew, or
//            split into pages where they outgrow a bucket
//   collapse bottom-up: a sub-tree that has become small enough is one bucket again, and a leaf
//            without a neighbour rises (which the hash rule demands)
//   plan     every changed slot onto the slice's HashPlan
//
// The tree's top, down to sub-trees that are small enough for one worker, is a slice of its own:
// walked first, it hands these sub-trees to the others, and takes what became of them before it
// collapses and is hashed last. Only one worker is at work on it, so it is as small as it can be:
// with uniform keys, the trie's top page.
#pragma once

#include "backends/paged/hash_plan.hpp"
#include "backends/paged/leaves.hpp"
#include "backends/paged/record_load.hpp"

namespace commitbench::paged {

/// What a worker brings.
struct Worker {
    TreeMemory& memory;
    std::unique_ptr<RecordReader> reader{};  ///< null where everything is resident
    /// One slice after the other is planned on it and hashed: its lists stay in the cache.
    HashPlan plan;
    // Of the walk under way.
    std::vector<MissingRecord> missing_pages{};
    std::vector<MissingRecord> missing_buckets{};
};

/// What the slices of a block share.
struct BlockWrites {
    std::span<const KeyWrite> writes;  ///< sorted, each key once
    BucketLimit limit;
};

/// Writes [begin, end) of the block.
struct WriteRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// A page below another page's bottom slot, and the writes below it.
struct SubTree {
    Page* holder = nullptr;  ///< null: the trie's top page
    std::uint32_t holder_visit = 0;
    std::uint32_t slot = 0;
    Page* page = nullptr;  ///< null: not in memory yet
    WriteRange range;
};

class Slice {
  public:
    void begin(const BlockWrites& block);
    void add(const SubTree& tree) { visits_.push_back({tree, false}); }
    [[nodiscard]] std::uint32_t writes() const noexcept { return writes_; }

    /// Sub-trees with up to `handed_on` writes below them are not entered but left in handed_on().
    static Status walk(Worker& worker, std::span<Slice* const> slices, std::uint32_t handed_on = 0);
    [[nodiscard]] const std::vector<SubTree>& handed_on() const noexcept { return handed_on_; }

    void apply(Worker& worker);
    Status collapse(Worker& worker);
    void plan(HashPlan& plan);

    /// What became of sub-tree i, as added.
    struct Outcome {
        SubTree tree{};
        bool changed = false;
        bool kept = true;
        Ref bucket{};  ///< where not kept: what it shrank to; count 0: nothing
    };
    [[nodiscard]] const std::vector<Outcome>& outcomes() const noexcept { return outcomes_; }
    /// The top slice's part: before its collapse().
    void take(Worker& worker, const Outcome& outcome);

    /// Records that the store has and the tree no longer; emptied by the taker.
    [[nodiscard]] std::vector<RecordId>& dropped() noexcept { return dropped_; }
    /// For the tree's own use where there is no page yet: everything below `page`'s top.
    void build_below(Worker& worker, Page& page, std::span<const LeafView> leaves);

  private:
    struct Visit {
        SubTree tree;
        bool shrunk = false;  ///< something below was removed: may collapse
    };
    struct Landing {
        std::uint32_t visit;
        std::uint32_t slot;
        WriteRange range;
        Bucket* bucket;  ///< null where the slot is absent, or the bucket was yet to be loaded
    };
    /// Where the writes of a range go in a page: a landing, or on into the page below.
    struct Step {
        std::uint32_t visit;
        std::uint32_t slot;
        WriteRange range;
    };

    void begin_walk();
    void find_missing_pages(std::vector<MissingRecord>& missing) const;
    [[nodiscard]] bool walk_level(std::uint32_t handed_on,
                                  std::vector<MissingRecord>& missing_buckets);
    void find_steps(std::uint32_t visit);
    void take_step(const Step& step,
                   std::uint32_t handed_on,
                   std::vector<MissingRecord>& missing_buckets);
    Status load_bucket(Worker& worker, Page& page, std::uint32_t slot, const StateKey& key);
    void apply_at(Worker& worker, const Landing& landing);
    void put_leaves(Worker& worker,
                    Page& page,
                    std::uint32_t slot,
                    std::span<const LeafView> leaves);
    void put_halves(Worker& worker,
                    Page& page,
                    std::uint32_t first_slot,
                    std::uint32_t depth,
                    std::span<const LeafView> leaves);
    void drop_bucket(Worker& worker, Bucket* bucket);
    void drop_page(Worker& worker, Page* page, const StateKey& key);
    Status collapse_page(Worker& worker, const SubTree& tree, Outcome& outcome);
    Result<std::optional<Ref>> join(Worker& worker,
                                    Page& page,
                                    std::uint32_t slot,
                                    std::uint32_t depth,
                                    const StateKey& key);

    BlockWrites block_;
    std::uint32_t writes_ = 0;
    std::size_t roots_ = 0;
    std::size_t level_begin_ = 0;  // of the walk: visits above are done
    std::vector<Visit> visits_;
    std::vector<Page*> grown_;  // pages made by splits
    std::vector<Step> steps_;   // of one level of pages
    std::vector<Landing> landings_;
    std::vector<LeafView> leaves_;
    std::vector<SubTree> handed_on_;
    std::vector<Outcome> outcomes_;
    std::vector<RecordId> dropped_;
};

}  // namespace commitbench::paged
