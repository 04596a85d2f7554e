// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/tree.hpp"

#include "backends/paged/page_codec.hpp"
#include "backends/paged/record_load.hpp"

namespace commitbench::paged {
namespace {

/// Writes a slice should have: few enough that its pages and buckets stay in the cache next to the
/// core from walk to hash, and enough that most lanes are full at every depth.
constexpr std::uint32_t kMostWrites = 512;
constexpr std::uint32_t kFewestWrites = 128;
/// A slice is this part of what is left for each worker, so that the last slices are small and the
/// workers end together (guided self-scheduling: Polychronopoulos and Kuck, 1987).
constexpr std::uint32_t kPartOfRest = 2;

/// Slices are walked in so many groups a worker: few, since a level of a group ends with the disk
/// idle, and enough that workers end together.
constexpr std::size_t kGroupsOfWorker = 4;

/// An eviction frees this part of the cache where it can.
constexpr std::uint64_t kFreedTogether = 4;

}  // namespace

Tree::Tree(const TreeSettings& settings, WorkerPool& pool, RecordStore* store)
    : settings_(settings), hasher_(settings.hash), pool_(pool), store_(store) {}

Tree::~Tree() = default;  // the memory of pages and buckets goes with memory_

Status Tree::open(const StoredTree& stored) {
    for (std::uint32_t i = 0; i < pool_.workers(); ++i) {
        workers_.push_back({.memory = memory_, .plan = HashPlan(store_ != nullptr)});
        if (store_ != nullptr) {
            auto reader = store_->open_reader();
            if (!reader) {
                return reader.error();
            }
            workers_.back().reader = std::move(*reader);
        }
    }
    root_.bytes = stored.position.root.bytes;
    if (stored.empty) {
        return {};
    }
    std::array<RecordReader::Request, 1> request{{{stored.top, {}}}};
    COMMITBENCH_TRY(workers_[0].reader->read(request));
    auto top = load_record(memory_, request[0]);
    if (!top) {
        return top.error();
    }
    if (stored.top.kind == RecordKind::page) {
        top_page_ = top->page();
    } else {
        top_bucket_ = top->bucket();
    }
    return {};
}

Status Tree::stage(std::span<const KeyWrite> writes) {
    block_ = {writes, settings_.limit};
    used_.clear();
    top_.begin(block_);
    if (top_page_ == nullptr || writes.empty()) {
        return {};
    }
    const auto count = static_cast<std::uint32_t>(writes.size());
    top_.add({.page = top_page_, .range = {0, count}});
    Slice* const top = &top_;
    // Sub-trees of up to two slices: of uniform keys, those below the top page in blocks of up to
    // 60,000 writes.
    COMMITBENCH_TRY(Slice::walk(workers_[0], {&top, 1}, 2 * share_of(count)));
    share_out();
    // With nothing to load merkleize walks, and finds what it walked over in the cache.
    return store_ == nullptr ? Status() : walk_slices();
}

/// In groups of neighbours, which a worker walks together.
Status Tree::walk_slices() {
    const std::size_t wanted = pool_.workers() == 1 ? 1 : pool_.workers() * kGroupsOfWorker;
    const std::size_t groups = std::min(wanted, used_.size());
    std::vector<Status> results(groups);
    pool_.for_each(groups, [&](std::size_t i, std::uint32_t worker) {
        const std::size_t begin = used_.size() * i / groups;
        const std::size_t end = used_.size() * (i + 1) / groups;
        results[i] = Slice::walk(workers_[worker], std::span(used_).subspan(begin, end - begin));
    });
    for (Status& result : results) {
        COMMITBENCH_TRY(std::move(result));
    }
    return {};
}

/// Writes that the next slice should have, of `rest` not shared out yet.
std::uint32_t Tree::share_of(std::uint32_t rest) const noexcept {
    return std::clamp(rest / (pool_.workers() * kPartOfRest), kFewestWrites, kMostWrites);
}

/// Whole sub-trees, neighbours together.
void Tree::share_out() {
    auto rest = static_cast<std::uint32_t>(block_.writes.size());
    std::uint32_t share = 0;
    std::uint32_t in_slice = 0;
    for (const SubTree& tree : top_.handed_on()) {
        if (in_slice >= share) {
            if (used_.size() == slices_.size()) {
                slices_.push_back(std::make_unique<Slice>());
            }
            used_.push_back(slices_[used_.size()].get());
            used_.back()->begin(block_);
            share = share_of(rest);
            in_slice = 0;
        }
        used_.back()->add(tree);
        const std::uint32_t writes = tree.range.end - tree.range.begin;
        in_slice += writes;
        rest -= writes;
    }
}

Result<Node> Tree::merkleize() {
    if (block_.writes.empty()) {
        return root_;
    }
    if (top_page_ == nullptr) {
        merkleize_small();
        return root_;
    }
    top_.apply(workers_[0]);
    std::vector<Status> results(used_.size());
    std::vector<HashWork> work(used_.size());
    pool_.for_each(used_.size(), [&](std::size_t i, std::uint32_t worker) {
        Slice& slice = *used_[i];
        if (store_ == nullptr) {
            // Cannot fail without a store.
            results[i] = Slice::walk(workers_[worker], std::span(used_).subspan(i, 1));
        }
        slice.apply(workers_[worker]);
        results[i] = slice.collapse(workers_[worker]);
        if (results[i].ok()) {
            HashPlan& plan = workers_[worker].plan;
            slice.plan(plan);
            work[i] = plan.run(hasher_);
        }
    });
    for (std::size_t i = 0; i < used_.size(); ++i) {
        COMMITBENCH_TRY(std::move(results[i]));
        work_.add(work[i]);
        for (const Slice::Outcome& outcome : used_[i]->outcomes()) {
            if (outcome.changed) {
                top_.take(workers_[0], outcome);
            }
        }
    }
    COMMITBENCH_TRY(top_.collapse(workers_[0]));
    const Slice::Outcome& top = top_.outcomes().front();
    HashPlan& plan = workers_[0].plan;
    if (top.changed && top.kept) {
        top_.plan(plan);
        plan.add_root(*top_page_, &root_);
    } else if (top.changed) {
        top_page_ = nullptr;
        top_bucket_ = top.bucket.count() == 0 ? nullptr : top.bucket.bucket();
        root_ = kTerminator;
        top_.plan(plan);  // the pages that top_ grew may have gone with the top page: none are left
        if (top_bucket_ != nullptr) {
            plan.add_bucket(*top_bucket_, &root_);
        }
    }
    work_.add(plan.run(hasher_));
    for (Worker& worker : workers_) {
        changed_bytes_ += worker.plan.take_unwritten_bytes();
    }
    const auto settle = [this](Slice& slice) {
        dropped_.insert(dropped_.end(), slice.dropped().begin(), slice.dropped().end());
        slice.dropped().clear();
    };
    settle(top_);
    for (Slice* const slice : used_) {
        settle(*slice);
    }
    return root_;
}

/// The trie is one bucket, or empty: its leaves and the writes together are a new one.
void Tree::merkleize_small() {
    leaves_.clear();
    append_merged(top_bucket_, block_.writes, leaves_);
    Bucket* const before = std::exchange(top_bucket_, nullptr);
    HashPlan& plan = workers_[0].plan;
    root_ = kTerminator;
    if (!leaves_.empty() && fits(leaves_, settings_.limit)) {
        top_bucket_ = make_bucket(memory_, leaves_, 0);
        plan.add_bucket(*top_bucket_, &root_);
    } else if (!leaves_.empty()) {
        top_page_ = new (memory_.allocate(sizeof(Page))) Page(0);
        top_.build_below(workers_[0], *top_page_, leaves_);
        top_.plan(plan);
        plan.add_page(*top_page_);
        plan.add_root(*top_page_, &root_);
    }
    work_.add(plan.run(hasher_));
    changed_bytes_ += plan.take_unwritten_bytes();
    if (before != nullptr) {
        if (before->stored_at != 0) {
            dropped_.push_back({RecordKind::bucket, {}, before->stored_at});
        }
        free_bucket(memory_, before);
    }
}

RecordId Tree::top() const {
    return top_page_ != nullptr ? RecordId{RecordKind::page, {}, top_page_->stored_at}
                                : RecordId{RecordKind::bucket, {}, top_bucket_->stored_at};
}

Status Tree::write_changed(RecordSink& sink) {
    changed_bytes_ = 0;
    if (top_page_ != nullptr) {
        return top_page_->dirty ? write_page(*top_page_, {}, sink) : Status{};
    }
    if (top_bucket_ != nullptr && top_bucket_->dirty) {
        auto stored_at = sink.write(RecordKind::bucket, {}, top_bucket_->image());
        if (!stored_at) {
            return stored_at.error();
        }
        top_bucket_->stored_at = *stored_at;
        top_bucket_->dirty = false;
    }
    return {};
}

/// Below before above: a page's image says where its children are. `below` is some key below it.
Status Tree::write_page(Page& page, const StateKey& below, RecordSink& sink) {
    Status status;
    (page.unwritten & page.refs_mask()).for_each([&](std::uint32_t slot) {
        const Ref ref = page.ref(slot);
        if (!status.ok() || !ref.is_resident()) {
            return;
        }
        const Place place = page.place_of(slot, below);
        if (!page.is_terminal(slot)) {
            if (ref.page()->dirty) {
                status = write_page(*ref.page(), place.path, sink);
            }
            return;
        }
        Bucket& bucket = *ref.bucket();
        if (!bucket.dirty) {
            return;
        }
        if (bucket.stored_at != 0) {
            dropped_.push_back({RecordKind::bucket, place, bucket.stored_at});
        }
        auto stored_at = sink.write(RecordKind::bucket, place, bucket.image());
        if (!stored_at) {
            status = stored_at.error();
            return;
        }
        bucket.stored_at = *stored_at;
        bucket.dirty = false;
    });
    COMMITBENCH_TRY(std::move(status));
    const Place place{below, static_cast<std::uint16_t>(page.depth())};
    if (page.stored_at != 0) {
        dropped_.push_back({RecordKind::page, place, page.stored_at});
    }
    image_.resize(PageCodec::image_size(page));
    PageCodec::encode(page, image_.data());
    auto stored_at = sink.write(RecordKind::page, place, image_);
    if (!stored_at) {
        return stored_at.error();
    }
    page.stored_at = *stored_at;
    page.unwritten = {};
    page.dirty = false;
    return {};
}

void Tree::end_block() {
    if (store_ != nullptr && top_page_ != nullptr && memory_.in_use() > settings_.cache_bytes) {
        // A bucket takes more memory than the share of a page that leads to it, and is used less
        // often, so pages go only where buckets do not suffice. A walk over the tree costs time, so
        // the first round frees enough for some blocks. Two rounds each: the first takes away the
        // mark of recent use where it frees nothing.
        const std::uint64_t full = settings_.cache_bytes;
        evict_round(full - full / kFreedTogether, Evicted::buckets);
        evict_round(full, Evicted::buckets);
        evict_round(full, Evicted::pages_too);
        evict_round(full, Evicted::pages_too);
    }
    memory_.trim();
}

void Tree::end_load_part() {
    if (top_page_ != nullptr) {
        evict_round(0, Evicted::buckets);
        evict_round(0, Evicted::buckets);
    }
    end_block();
}

void Tree::evict_round(std::uint64_t target, Evicted what) {
    const SlotMask& live = top_page_->live();
    for (std::uint32_t turns = 64; turns > 0 && memory_.in_use() > target; --turns) {
        const std::uint32_t slot = kBottomSlot + hand_;
        hand_ = (hand_ + 1) % 64;
        if (live.has(slot) && !top_page_->is_terminal(slot)) {
            const Ref ref = top_page_->ref(slot);
            if (ref.is_resident()) {
                evict(*ref.page(), target, what);
            }
        }
    }
}

/// Frees what lies below the page, is not dirty and was not used since the last visit, until no
/// more than `target` bytes are in use.
void Tree::evict(Page& page, std::uint64_t target, Evicted what) {
    // Hardly any of it is in the processor's cache, so it is asked for together.
    page.refs_mask().for_each([&](std::uint32_t slot) {
        if (const Ref ref = page.ref(slot); ref.is_resident()) {
            __builtin_prefetch(ref.page());  // or bucket: the address is in the same place
        }
    });
    page.refs_mask().for_each([&](std::uint32_t slot) {
        const Ref ref = page.ref(slot);
        if (!ref.is_resident() || memory_.in_use() <= target) {
            return;
        }
        if (page.is_terminal(slot)) {
            Bucket* const bucket = ref.bucket();
            if (!bucket->dirty && !bucket->recent.exchange(false, std::memory_order_relaxed)) {
                page.set_ref(slot, Ref::stored(bucket->stored_at, bucket->count()));
                free_record(memory_, RecordKind::bucket, ref);
            }
            return;
        }
        Page* const below = ref.page();
        evict(*below, target, what);
        if (what == Evicted::buckets) {
            return;
        }
        bool bare = !below->dirty;
        below->refs_mask().for_each(
            [&](std::uint32_t each) { bare = bare && !below->ref(each).is_resident(); });
        if (bare && !below->recent.exchange(false, std::memory_order_relaxed)) {
            page.set_ref(slot, Ref::stored(below->stored_at, 0));
            free_record(memory_, RecordKind::page, ref);
        }
    });
}

}  // namespace commitbench::paged
