// SPDX-License-Identifier: Apache-2.0
// Slice::apply and Slice::collapse: the shape of the tree after the writes.
#include "backends/paged/slice.hpp"

namespace commitbench::paged {
namespace {

/// Buckets to ask for before their turn.
constexpr std::size_t kBucketsAhead = 4;
/// Pages likewise.
constexpr std::size_t kAppliedPagesAhead = 4;

}  // namespace

void Slice::apply(Worker& worker) {
    for (std::size_t i = 0; i < landings_.size(); ++i) {
        if (i + kBucketsAhead < landings_.size()) {
            const auto* line = reinterpret_cast<const char*>(landings_[i + kBucketsAhead].bucket);
            for (std::size_t at = 0; at < 512; at += 64) {
                __builtin_prefetch(line + at, 1);
            }
        }
        apply_at(worker, landings_[i]);
    }
}

void Slice::apply_at(Worker& worker, const Landing& landing) {
    Visit& visit = visits_[landing.visit];
    Page& page = *visit.tree.page;
    const auto writes =
        block_.writes.subspan(landing.range.begin, landing.range.end - landing.range.begin);
    Bucket* bucket = landing.bucket;
    if (bucket == nullptr && page.is_terminal(landing.slot)) {
        bucket = page.ref(landing.slot).bucket();
    }
    if (bucket != nullptr) {
        bucket->recent.store(true, std::memory_order_relaxed);
        const Overwritten overwritten = overwrite(*bucket, writes);
        if (overwritten == Overwritten::changed) {
            page.changed.add(landing.slot);
        }
        if (overwritten != Overwritten::impossible) {
            return;
        }
    }
    leaves_.clear();
    append_merged(bucket, writes, leaves_);
    if (leaves_.empty() && bucket == nullptr) {
        return;  // what was to be deleted is not there
    }
    visit.shrunk = visit.shrunk || leaves_.size() < (bucket == nullptr ? 0 : bucket->count());
    if (leaves_.empty()) {
        page.make_absent(worker.memory, landing.slot);
    } else {
        put_leaves(worker, page, landing.slot, leaves_);
    }
    if (bucket != nullptr) {
        drop_bucket(worker, bucket);
    }
}

/// Makes the slot the top of a sub-tree of exactly these leaves: one bucket, or pages down to where
/// they fit.
void Slice::put_leaves(Worker& worker,
                       Page& page,
                       std::uint32_t slot,
                       std::span<const LeafView> leaves) {
    const std::uint32_t depth = page.depth_of(slot);
    if (fits(leaves, block_.limit)) {
        Bucket* const bucket = make_bucket(worker.memory, leaves, depth);
        page.make_terminal(worker.memory, slot, Ref::to(bucket, bucket->count()));
        return;
    }
    if (slot >= kBottomSlot) {
        auto* const below = new (worker.memory.allocate(sizeof(Page))) Page(depth);
        grown_.push_back(below);
        page.make_internal(worker.memory, slot, Ref::to(below));
        build_below(worker, *below, leaves);
        return;
    }
    page.make_internal(worker.memory, slot);
    put_halves(worker, page, left_slot(slot), depth, leaves);
}

void Slice::build_below(Worker& worker, Page& page, std::span<const LeafView> leaves) {
    put_halves(worker, page, 0, page.depth(), leaves);
}

void Slice::put_halves(Worker& worker,
                       Page& page,
                       std::uint32_t first_slot,
                       std::uint32_t depth,
                       std::span<const LeafView> leaves) {
    const auto middle =
        std::partition_point(leaves.begin(), leaves.end(),
                             [&](const LeafView& leaf) { return !bit_of(*leaf.key, depth); });
    const auto left = static_cast<std::size_t>(middle - leaves.begin());
    if (left > 0) {
        put_leaves(worker, page, first_slot, leaves.first(left));
    }
    if (left < leaves.size()) {
        put_leaves(worker, page, first_slot + 1, leaves.subspan(left));
    }
}

void Slice::drop_bucket(Worker& worker, Bucket* bucket) {
    if (bucket->stored_at != 0) {
        const auto depth = static_cast<std::uint16_t>(bucket->depth());
        dropped_.push_back(
            {RecordKind::bucket, {prefix_of(bucket->key(0), depth), depth}, bucket->stored_at});
    }
    free_bucket(worker.memory, bucket);
}

void Slice::drop_page(Worker& worker, Page* page, const StateKey& key) {
    if (page->stored_at != 0) {
        const auto depth = static_cast<std::uint16_t>(page->depth());
        dropped_.push_back({RecordKind::page, {prefix_of(key, depth), depth}, page->stored_at});
    }
    page->drop_arrays(worker.memory);
    worker.memory.free(page, sizeof(Page));
}

void Slice::take(Worker& worker, const Outcome& outcome) {
    Page& holder = *outcome.tree.holder;
    if (outcome.kept) {
        holder.changed.add(outcome.tree.slot);
        return;
    }
    visits_[outcome.tree.holder_visit].shrunk = true;
    if (outcome.bucket.count() == 0) {
        holder.make_absent(worker.memory, outcome.tree.slot);
    } else {
        holder.make_terminal(worker.memory, outcome.tree.slot, outcome.bucket);
    }
}

Status Slice::collapse(Worker& worker) {
    outcomes_.resize(roots_);
    // Visits below stand behind those above.
    for (std::size_t i = visits_.size(); i-- > 0;) {
        Visit& visit = visits_[i];
        Outcome outcome{.tree = visit.tree, .changed = !visit.tree.page->changed.none()};
        if (visit.shrunk) {
            COMMITBENCH_TRY(collapse_page(worker, visit.tree, outcome));
            if (!outcome.kept) {
                visit.tree.page = nullptr;
            }
        }
        if (i < roots_) {
            outcomes_[i] = outcome;
        } else if (outcome.changed) {
            take(worker, outcome);
        }
    }
    return {};
}

/// Within the page from the bottom up, then the page itself.
Status Slice::collapse_page(Worker& worker, const SubTree& tree, Outcome& outcome) {
    Page& page = *tree.page;
    const StateKey& key = block_.writes[tree.range.begin].key;
    for (std::uint32_t level = kPageLevels; level > 1; --level) {
        const SlotMask slots = page.changed & kLevelSlots[level];
        Status status;
        slots.for_each([&](std::uint32_t slot) {
            if (!status.ok() || !page.is_internal(parent_slot(slot))) {
                return;
            }
            const std::uint32_t parent = parent_slot(slot);
            const std::uint32_t first = left_slot(parent);
            auto joined = join(worker, page, first, page.depth_of(parent), key);
            if (!joined) {
                status = joined.error();
            } else if (!*joined) {
                return;
            } else if ((*joined)->count() == 0) {
                page.make_absent(worker.memory, parent);
            } else {
                page.make_terminal(worker.memory, parent, **joined);
            }
        });
        COMMITBENCH_TRY(status);
    }
    auto joined = join(worker, page, 0, page.depth(), key);
    if (!joined) {
        return joined.error();
    }
    if (*joined) {
        outcome.kept = false;
        outcome.bucket = **joined;
        drop_page(worker, &page, key);
    }
    return {};
}

/// What the sub-trees at `slot` and `slot + 1` together are, where that is no internal node with
/// two sub-trees too large for one bucket: nothing (count 0) or a bucket at `depth`; the slots are
/// absent then. nullopt: they stay as they are. `key` is some key below the page.
Result<std::optional<Ref>> Slice::join(Worker& worker,
                                       Page& page,
                                       std::uint32_t slot,
                                       std::uint32_t depth,
                                       const StateKey& key) {
    using Joined = std::optional<Ref>;
    const auto empty = [&](std::uint32_t which) { return page.is_absent(which); };
    const std::uint32_t other = slot + 1;
    if (empty(slot) && empty(other)) {
        return Joined(Ref{});
    }
    if (empty(slot) || empty(other)) {
        const std::uint32_t only = empty(slot) ? other : slot;
        if (!page.is_terminal(only)) {
            return Joined{};
        }
        COMMITBENCH_TRY(load_bucket(worker, page, only, key));
        Bucket* const bucket = page.ref(only).bucket();
        if (bucket->stored_at != 0) {
            const auto old_depth = static_cast<std::uint16_t>(bucket->depth());
            dropped_.push_back({RecordKind::bucket,
                                {prefix_of(bucket->key(0), old_depth), old_depth},
                                bucket->stored_at});
            bucket->stored_at = 0;
        }
        bucket->set_depth(depth);
        bucket->dirty = true;
        page.make_absent(worker.memory, only);
        return Joined(Ref::to(bucket, bucket->count()));
    }
    if (!page.is_terminal(slot) || !page.is_terminal(other) ||
        page.ref(slot).count() + page.ref(other).count() > block_.limit.leaves) {
        return Joined{};
    }
    COMMITBENCH_TRY(load_bucket(worker, page, slot, key));
    COMMITBENCH_TRY(load_bucket(worker, page, other, key));
    Bucket* const left = page.ref(slot).bucket();
    Bucket* const right = page.ref(other).bucket();
    leaves_.clear();
    append_leaves(*left, leaves_);
    append_leaves(*right, leaves_);
    if (!fits(leaves_, block_.limit)) {
        return Joined{};
    }
    Bucket* const bucket = make_bucket(worker.memory, leaves_, depth);
    page.make_absent(worker.memory, slot);
    page.make_absent(worker.memory, other);
    drop_bucket(worker, left);
    drop_bucket(worker, right);
    return Joined(Ref::to(bucket, bucket->count()));
}

void Slice::plan(HashPlan& plan) {
    for (std::size_t i = 0; i < visits_.size(); ++i) {
        if (i + kAppliedPagesAhead < visits_.size()) {
            __builtin_prefetch(visits_[i + kAppliedPagesAhead].tree.page);
        }
        const Visit& visit = visits_[i];
        if (visit.tree.page != nullptr) {
            plan.add_page(*visit.tree.page);
        }
    }
    for (Page* const page : grown_) {
        plan.add_page(*page);
    }
}

}  // namespace commitbench::paged
