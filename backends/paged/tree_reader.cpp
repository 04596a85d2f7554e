// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/tree_reader.hpp"

#include "backends/paged/record_load.hpp"

namespace commitbench::paged {
namespace {

template<class T>
void mark_recent(const T& object) {
    // A store only where it changes something: hot pages are shared by all cores.
    auto& recent = const_cast<T&>(object).recent;  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    if (!recent.load(std::memory_order_relaxed)) {
        recent.store(true, std::memory_order_relaxed);
    }
}

}  // namespace

Result<std::optional<ByteView>> TreeReader::get(const StateKey& key) {
    if (log_ != nullptr) {
        log_->keys.push_back(key);
    }
    auto bucket = descend(key, nullptr);
    if (!bucket) {
        return bucket.error();
    }
    if (*bucket == nullptr) {
        return std::optional<ByteView>{};
    }
    const auto found = (*bucket)->find(key);
    return found ? std::optional((*bucket)->value(*found)) : std::nullopt;
}

Result<const Bucket*> TreeReader::descend(const StateKey& key, std::vector<Step>* steps) {
    Page* page = tree_.top_page_;
    if (page == nullptr) {
        return static_cast<const Bucket*>(tree_.top_bucket_);
    }
    while (true) {
        mark_recent(*page);
        const std::uint32_t slot = page->landing_of(key);
        if (steps != nullptr) {
            steps->push_back({page, slot});
        }
        if (page->is_absent(slot)) {
            return static_cast<const Bucket*>(nullptr);
        }
        Ref ref = page->ref(slot);
        if (!ref.is_resident()) {
            auto brought = bring(*page, slot, key);
            if (!brought) {
                return brought.error();
            }
            ref = *brought;
        }
        if (page->is_terminal(slot)) {
            mark_recent(*ref.bucket());
            return static_cast<const Bucket*>(ref.bucket());
        }
        page = ref.page();
    }
}

/// Several threads may bring the same record: the first to set the reference wins.
Result<Ref> TreeReader::bring(Page& page, std::uint32_t slot, const StateKey& key) {
    const bool is_bucket = page.is_terminal(slot);
    Ref stored = page.ref(slot);
    if (stored.is_resident()) {
        return stored;
    }
    std::array<RecordReader::Request, 1> request{
        {{{is_bucket ? RecordKind::bucket : RecordKind::page, page.place_of(slot, key),
           stored.place()},
          {}}}};
    COMMITBENCH_TRY(reader_->read(request));
    auto loaded = load_record(tree_.memory_, request[0]);
    if (!loaded) {
        return loaded.error();
    }
    std::uint64_t expected = stored.word();
    if (page.ref_word(slot).compare_exchange_strong(expected, loaded->word(),
                                                    std::memory_order_acq_rel)) {
        return *loaded;
    }
    free_record(tree_.memory_, request[0].id.kind, *loaded);
    return Ref::from_word(expected);
}

}  // namespace commitbench::paged
