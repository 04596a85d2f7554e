// SPDX-License-Identifier: Apache-2.0
// Slice::walk: where writes land, and loading what they need.
#include "backends/paged/slice.hpp"

namespace commitbench::paged {
namespace {

/// Pages to ask for before their turn.
constexpr std::size_t kWalkedPagesAhead = 8;

/// Of a bucket's memory, those asked for when its place is known: keys and leaves of a small one.
constexpr std::size_t bucket_lines(std::size_t leaves) {
    constexpr std::size_t kMost = 6;
    return std::min(kMost, (Bucket::memory_size(Bucket::image_size(leaves, 0)) + 63) / 64);
}

/// A worker of a tree that is all in memory has no reader.
Status load(Worker& worker, std::span<const MissingRecord> missing) {
    return missing.empty() ? Status() : load_missing(worker.memory, *worker.reader, missing);
}

void prefetch_lines(const void* object, std::size_t lines) {
    for (std::size_t line = 0; line < lines; ++line) {
        __builtin_prefetch(static_cast<const char*>(object) + 64 * line);
    }
}

}  // namespace

void Slice::begin(const BlockWrites& block) {
    block_ = block;
    writes_ = 0;
    visits_.clear();
    grown_.clear();
    landings_.clear();
    handed_on_.clear();
    outcomes_.clear();
}

Status Slice::walk(Worker& worker, std::span<Slice* const> slices, std::uint32_t handed_on) {
    worker.missing_buckets.clear();
    for (Slice* const slice : slices) {
        slice->begin_walk();
    }
    // Pages of one depth after the other: what a page lacks is asked for together with what its
    // neighbours lack.
    for (bool go_on = true; go_on;) {
        worker.missing_pages.clear();
        for (const Slice* const slice : slices) {
            slice->find_missing_pages(worker.missing_pages);
        }
        COMMITBENCH_TRY(load(worker, worker.missing_pages));
        go_on = false;
        for (Slice* const slice : slices) {
            go_on = slice->walk_level(handed_on, worker.missing_buckets) || go_on;
        }
    }
    return load(worker, worker.missing_buckets);
}

void Slice::begin_walk() {
    roots_ = visits_.size();
    level_begin_ = 0;
    for (const Visit& visit : visits_) {
        writes_ += visit.tree.range.end - visit.tree.range.begin;
    }
}

void Slice::find_missing_pages(std::vector<MissingRecord>& missing) const {
    for (std::size_t i = level_begin_; i < visits_.size(); ++i) {
        const SubTree& tree = visits_[i].tree;
        if (tree.page == nullptr && !tree.holder->ref(tree.slot).is_resident()) {
            missing.push_back(missing_record(RecordKind::page, *tree.holder, tree.slot,
                                             block_.writes[tree.range.begin].key));
        }
    }
}

/// Whether there is a level below.
bool Slice::walk_level(std::uint32_t handed_on, std::vector<MissingRecord>& missing_buckets) {
    const std::size_t begin = level_begin_;
    const std::size_t end = visits_.size();
    for (std::size_t i = begin; i < end; ++i) {
        SubTree& tree = visits_[i].tree;
        if (tree.page == nullptr) {
            tree.page = tree.holder->ref(tree.slot).page();
        }
    }
    for (std::size_t i = begin; i < end; ++i) {
        if (i + kWalkedPagesAhead < end) {
            __builtin_prefetch(visits_[i + kWalkedPagesAhead].tree.page);
        }
        find_steps(static_cast<std::uint32_t>(i));
    }
    for (const Step& step : steps_) {
        take_step(step, handed_on, missing_buckets);
    }
    steps_.clear();
    level_begin_ = end;
    return visits_.size() > end;
}

/// Where the writes below a page go in it. Looks at the page alone, and asks for the references.
void Slice::find_steps(std::uint32_t visit) {
    const SubTree& tree = visits_[visit].tree;
    Page& page = *tree.page;
    page.recent.store(true, std::memory_order_relaxed);
    const auto writes = block_.writes;
    for (std::uint32_t begin = tree.range.begin; begin < tree.range.end;) {
        const StateKey& key = writes[begin].key;
        const std::uint32_t slot = page.landing_of(key);
        const std::uint32_t level = level_of(slot);
        const std::uint32_t bits = slot - slot_of(level, 0);
        const auto goes_there = [&](std::uint32_t write) {
            return bits_of(writes[write].key, page.depth(), level) == bits;
        };
        // In growing strides, then halving: below most slots lie one or two writes, below those of
        // the trie's top page hundreds.
        std::uint32_t last = begin;
        std::uint32_t end = begin + 1;
        while (end < tree.range.end && goes_there(end)) {
            const std::uint32_t stride = 2 * (end - last);
            last = end;
            end = std::min(tree.range.end, end + stride);
        }
        while (end - last > 1) {
            const std::uint32_t middle = last + (end - last) / 2;
            (goes_there(middle) ? last : end) = middle;
        }
        steps_.push_back({visit, slot, {begin, end}});
        page.fetch_ref(slot);
        begin = end;
    }
}

/// Follows the reference, and asks for what it refers to.
void Slice::take_step(const Step& step,
                      std::uint32_t handed_on,
                      std::vector<MissingRecord>& missing_buckets) {
    Page& page = *visits_[step.visit].tree.page;
    const std::uint32_t slot = step.slot;
    if (page.is_internal(slot)) {
        const Ref ref = page.ref(slot);
        Page* const resident = ref.is_resident() ? ref.page() : nullptr;
        const SubTree below{&page, step.visit, slot, resident, step.range};
        if (step.range.end - step.range.begin <= handed_on) {
            handed_on_.push_back(below);
        } else {
            __builtin_prefetch(resident);
            visits_.push_back({below, false});
        }
        return;
    }
    landings_.push_back({step.visit, slot, step.range, nullptr});
    if (page.is_absent(slot)) {
        return;
    }
    const Ref ref = page.ref(slot);
    if (ref.is_resident()) {
        landings_.back().bucket = ref.bucket();
        prefetch_lines(ref.bucket(), bucket_lines(ref.count()));
    } else {
        missing_buckets.push_back(
            missing_record(RecordKind::bucket, page, slot, block_.writes[step.range.begin].key));
    }
}

Status Slice::load_bucket(Worker& worker, Page& page, std::uint32_t slot, const StateKey& key) {
    if (page.ref(slot).is_resident()) {
        return {};
    }
    const MissingRecord missing = missing_record(RecordKind::bucket, page, slot, key);
    return load(worker, {&missing, 1});
}

}  // namespace commitbench::paged
