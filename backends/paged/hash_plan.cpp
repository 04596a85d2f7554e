// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/hash_plan.hpp"

namespace commitbench::paged {

void HashPlan::add_leaf(Bucket& bucket, std::size_t i) {
    std::uint8_t* const message = arena_.allocate(64, 16);
    std::memcpy(message, bucket.key(i).bytes.data(), 32);
    values_.push_back({bucket.value(i), reinterpret_cast<Hash256*>(message + 32)});
    leaves_.push_back({message, &bucket.leaf(i)});
}

const Node* HashPlan::pair(std::uint32_t depth, const Node* left, const Node* right, bool changed) {
    Node* const node = reinterpret_cast<Node*>(arena_.allocate(sizeof(Node), 16));
    pairs_[depth].push_back({left, right, node});
    deepest_ = std::max(deepest_, depth);
    needed_pairs_ += changed ? 1 : 0;
    return node;
}

/// The node at `depth` of a sub-tree whose root stands deeper: internal nodes with one empty side.
const Node* HashPlan::lift(const Grown& grown, std::uint32_t depth, const StateKey& key) {
    const Node* node = grown.node;
    if (grown.depth == kFloating) {
        return node;
    }
    for (std::uint32_t at = grown.depth; at > depth;) {
        --at;
        node = bit_of(key, at) ? pair(at, &kTerminator, node, grown.changed)
                               : pair(at, node, &kTerminator, grown.changed);
    }
    return node;
}

/// The left-frontier build (NOMT, core/src/update.rs): neighbours that share more bits meet deeper,
/// so a stack of sub-trees waits for a neighbour that shares fewer. O(leaves).
void HashPlan::add_bucket(Bucket& bucket, Node* out) {
    const std::uint32_t count = bucket.count();
    const std::uint32_t depth = bucket.depth();
    Grown grown;
    for (std::uint32_t i = 0; i < count; ++i) {
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
            const Grown& left = waiting_.grown[waiting_.size];
            const std::uint32_t at = waiting_.parted[waiting_.size];
            const Node* const left_node = lift(left, at + 1, bucket.key(left.some_leaf));
            const Node* const right_node = lift(grown, at + 1, bucket.key(i));
            grown.changed = grown.changed || left.changed;
            grown.node = pair(at, left_node, right_node, grown.changed);
            grown.depth = at;
        }
        if (!last) {
            // Field by field: a copy of the whole would wait for the stores just made.
            Grown& waiting = waiting_.grown[waiting_.size];
            waiting.node = grown.node;
            waiting.depth = grown.depth;
            waiting.some_leaf = i;
            waiting.changed = grown.changed;
            waiting_.parted[waiting_.size++] = next;
        }
    }
    if (count == 1) {
        copies_.push_back({grown.node, out});
        return;
    }
    lift(grown, depth, bucket.key(0));
    pairs_[depth].back().out = out;  // the last pair made is the sub-tree's root
}

void HashPlan::add_page(Page& page) {
    if (page.changed.none()) {
        return;
    }
    // Deepest level first, so that a slot's parent is found changed when its level comes.
    for (std::uint32_t level = kPageLevels; level > 0; --level) {
        const std::uint32_t depth = page.depth() + level;
        (page.changed & kLevelSlots[level]).for_each([&](std::uint32_t slot) {
            if (level > 1) {
                page.changed.add(parent_slot(slot));
            }
            if (page.is_absent(slot)) {
                return;
            }
            if (page.is_terminal(slot)) {
                Bucket& bucket = *page.ref(slot).bucket();
                unwritten_bytes_ += page.unwritten.has(slot) ? 0 : bucket.size();
                add_bucket(bucket, &page.node(slot));
                return;
            }
            const auto children = level == kPageLevels ? page.ref(slot).page()->pair_at(0)
                                                       : page.pair_at(left_slot(slot));
            add_pair(depth, children.left, children.right, &page.node(slot));
        });
    }
    unwritten_bytes_ += page.dirty ? 0 : page.memory_bytes();
    page.unwritten = page.unwritten | page.changed;
    page.changed = {};
    page.dirty = true;
}

HashWork HashPlan::run(const NodeHasher& hasher) {
    HashWork work;
    for (const ValueJob& job : values_) {
        work.compressions += hasher.compressions(job.value.size());
    }
    const std::uint64_t node = hasher.compressions(64);
    work.compressions += node * leaves_.size();
    work.needed = work.compressions + node * needed_pairs_;
    hasher.hash_values(values_);
    hasher.make_leaves(leaves_);
    for (const Copy& copy : copies_) {
        *copy.to = *copy.from;
    }
    for (std::uint32_t depth = deepest_ + 1; depth > 0; --depth) {
        std::vector<PairJob>& jobs = pairs_[depth - 1];
        hasher.make_internal(jobs);
        work.compressions += node * jobs.size();
        jobs.clear();
    }
    values_.clear();
    leaves_.clear();
    copies_.clear();
    arena_.reset();
    deepest_ = 0;
    needed_pairs_ = 0;
    return work;
}

}  // namespace commitbench::paged
