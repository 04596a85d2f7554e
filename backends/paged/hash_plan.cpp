// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/hash_plan.hpp"

namespace commitbench::paged {
namespace {

/// Batches that wait for what they need while others are hashed.
constexpr std::size_t kBatchesAhead = 3;

}  // namespace

void HashPlan::add_leaf(Bucket& bucket, std::size_t i) {
    std::uint8_t* const hash = arena_.allocate(sizeof(Hash256), 16);
    values_.push_back({bucket.value(i), reinterpret_cast<Hash256*>(hash)});
    leaves_.push_back({bucket.key(i).bytes.data(), hash, &bucket.leaf(i)});
}

/// Puts `grown` one higher: the node above these two.
void HashPlan::pair(Grown& grown, const Node* left, const Node* right) {
    Node* const node = reinterpret_cast<Node*>(arena_.allocate(sizeof(Node), 16));
    grown.node = node;
    ++grown.height;
    highest_ = std::max(highest_, grown.height);
    bucket_jobs_[grown.height].push_back({left, right, node});
    needed_pairs_ += grown.changed ? 1 : 0;
}

/// To `depth`, where the sub-tree's root stands deeper: internal nodes with one empty side.
void HashPlan::lift(Grown& grown, std::uint32_t depth, const StateKey& key) {
    if (grown.depth == kFloating) {
        return;
    }
    while (grown.depth > depth) {
        --grown.depth;
        if (bit_of(key, grown.depth)) {
            pair(grown, &kTerminator, grown.node);
        } else {
            pair(grown, grown.node, &kTerminator);
        }
    }
}

/// Makes `right` the sub-tree at depth `at` above both.
void HashPlan::join(Grown& left, Grown& right, std::uint32_t at, const Bucket& bucket) {
    lift(left, at + 1, bucket.key(left.some_leaf));
    lift(right, at + 1, bucket.key(right.some_leaf));
    right.changed = right.changed || left.changed;
    right.height = std::max(left.height, right.height);
    pair(right, left.node, right.node);
    right.depth = at;
}

/// The left-frontier build (NOMT, core/src/update.rs): neighbours that share more bits meet deeper,
/// so a stack of sub-trees waits for a neighbour that shares fewer. O(leaves).
void HashPlan::add_bucket(Bucket& bucket, Node* out) {
    const std::uint32_t count = bucket.count();
    for (std::uint32_t i = 0;; ++i) {
        Grown grown;
        const bool waits = !bucket.leaf(i).is_leaf();
        if (waits) {
            add_leaf(bucket, i);
        }
        grown.node = &bucket.leaf(i);
        grown.depth = kFloating;
        grown.some_leaf = i;
        grown.changed = waits;
        const bool last = i + 1 == count;
        const std::uint32_t next = last ? 0 : bucket.parted(i + 1);
        while (waiting_.size > 0 && (last || waiting_.parted[waiting_.size - 1] > next)) {
            --waiting_.size;
            join(waiting_.grown[waiting_.size], grown, waiting_.parted[waiting_.size], bucket);
        }
        if (!last) {
            // Field by field: a copy of the whole would wait for the stores just made.
            Grown& waiting = waiting_.grown[waiting_.size];
            waiting.node = grown.node;
            waiting.depth = grown.depth;
            waiting.height = grown.height;
            waiting.some_leaf = i;
            waiting.changed = grown.changed;
            waiting_.parted[waiting_.size++] = next;
            continue;
        }
        if (count == 1) {
            copies_.push_back({grown.node, out});
            return;
        }
        lift(grown, bucket.depth(), bucket.key(0));
        bucket_jobs_[grown.height].back().out = out;  // the last pair made is the sub-tree's root
        return;
    }
}

void HashPlan::add_page(Page& page) {
    if (page.changed.none()) {
        return;
    }
    for (std::uint32_t level = 1; level <= kPageLevels; ++level) {
        PageJobs& jobs = page_jobs_[page.depth() + level];
        if (jobs.size + kPageChildren > jobs.jobs.size()) {
            jobs.jobs.resize(2 * jobs.jobs.size() + kPageChildren);
        }
    }
    deepest_ = std::max(deepest_, page.depth() + kPageLevels);
    const auto number = static_cast<std::uint32_t>(pages_.size()) << kSlotBits;
    pages_.push_back(&page);
    // From the last slot to the first, so that a slot's parent is found changed when its turn
    // comes. Every slot is put down and stays where it is internal: what a slot is, is as good as
    // random, and a branch on it would be mispredicted.
    const SlotMask internal = page.internal();
    const SlotMask terminal = page.changed & page.terminal();
    std::array<std::uint64_t, 2> changed{page.changed.word(0), page.changed.word(1)};
    for (std::uint32_t word = 2; word-- > 0;) {
        for (std::uint64_t rest = changed[word]; rest != 0;) {
            const auto bit = 63 - static_cast<std::uint32_t>(std::countl_zero(rest));
            const std::uint32_t slot = word * 64 + bit;
            rest ^= std::uint64_t{1} << bit;
            // The parent, slot / 2 - 1, is in the first word; slots 0 and 1 have none.
            const std::uint64_t parent = std::uint64_t{1} << slot / 2 >> 1;
            changed[0] |= parent;
            rest |= word == 0 ? parent : 0;
            PageJobs& jobs = page_jobs_[page.depth() + level_of(slot)];
            jobs.jobs[jobs.size] = number | slot;
            const std::uint32_t stays = internal.has(slot) ? 1 : 0;
            jobs.size += stays;
            needed_pairs_ += stays;
        }
    }
    terminal.for_each([&](std::uint32_t slot) {
        Bucket& bucket = *page.ref(slot).bucket();
        if (stored_) {
            unwritten_bytes_ += page.unwritten.has(slot) ? 0 : bucket.size();
        }
        Node* const out = &page.node(slot);
        __builtin_prefetch(out, 1);
        add_bucket(bucket, out);
    });
    if (stored_) {
        unwritten_bytes_ += page.dirty ? 0 : page.memory_bytes();
        page.unwritten = page.unwritten | SlotMask{changed[0], changed[1]};
    }
    page.changed = {};
    page.dirty = true;
}

/// Returns the number of nodes.
std::uint64_t HashPlan::hash_buckets(const NodeHasher& hasher) {
    std::uint64_t nodes = leaves_.size();
    hasher.hash_values(values_);
    hasher.make_leaves(leaves_);
    for (const Copy& copy : copies_) {
        *copy.to = *copy.from;
    }
    for (std::uint32_t height = 1; height <= highest_; ++height) {
        hasher.make_internal(bucket_jobs_[height]);
        nodes += bucket_jobs_[height].size();
        bucket_jobs_[height].clear();
    }
    values_.clear();
    leaves_.clear();
    copies_.clear();
    arena_.reset();
    highest_ = 0;
    return nodes;
}

/// Likewise.
std::uint64_t HashPlan::hash_pages(const NodeHasher& hasher) {
    std::array<PairBatch, kBatchesAhead + 1> ring;
    std::size_t laid = 0;
    std::size_t hashed = 0;
    std::uint64_t nodes = 0;
    for (std::uint32_t depth = deepest_; depth > 0; --depth) {
        PageJobs& jobs = page_jobs_[depth];
        nodes += jobs.size;
        for (std::uint32_t begin = 0; begin < jobs.size; begin += kMostLanes) {
            if (laid - hashed == ring.size()) {
                hasher.make_internal(ring[hashed++ % ring.size()]);
            }
            PairBatch& batch = ring[laid++ % ring.size()];
            batch.size = std::min<std::size_t>(kMostLanes, jobs.size - begin);
            for (std::uint32_t i = 0; i < batch.size; ++i) {
                const std::uint32_t job = jobs.jobs[begin + i];
                Page& page = *pages_[job >> kSlotBits];
                const std::uint32_t slot = job & ((1U << kSlotBits) - 1);
                const Page::NodePair children = page.children_of(slot);
                __builtin_prefetch(children.left);
                __builtin_prefetch(children.right);
                batch.left[i] = children.left->bytes.data();
                batch.right[i] = children.right->bytes.data();
                batch.out[i] = page.node(slot).bytes.data();
            }
        }
        jobs.size = 0;
    }
    while (hashed < laid) {
        hasher.make_internal(ring[hashed++ % ring.size()]);
    }
    pages_.clear();
    deepest_ = 0;
    return nodes;
}

HashWork HashPlan::run(const NodeHasher& hasher) {
    HashWork work;
    for (const ValueJob& job : values_) {
        work.compressions += hasher.compressions(job.value.size());
    }
    const std::uint64_t node = hasher.compressions(64);
    work.needed = work.compressions + node * (leaves_.size() + needed_pairs_);
    work.compressions += node * hash_buckets(hasher);
    work.compressions += node * (hash_pages(hasher) + root_.size());
    hasher.make_internal(root_);
    root_.clear();
    needed_pairs_ = 0;
    return work;
}

}  // namespace commitbench::paged
