// SPDX-License-Identifier: Apache-2.0
// Tree::prepopulate: the cache made ready before it is needed, its memory and the trie's pages.
#include "backends/paged/record_load.hpp"
#include "backends/paged/tree.hpp"

#include <atomic>

namespace commitbench::paged {
namespace {

/// The rest is for buckets, which every write needs.
constexpr std::uint64_t kPagesShare = 2;

/// What one worker takes at a time: one batch of reads.
constexpr std::size_t kPart = 256;

struct Above {
    Page* page;
    StateKey below;  ///< some key below the page
};

std::vector<MissingRecord> pages_below(std::span<const Above> level) {
    std::vector<MissingRecord> missing;
    for (const Above& above : level) {
        (above.page->internal() & kLevelSlots[kPageLevels]).for_each([&](std::uint32_t slot) {
            missing.push_back(missing_record(RecordKind::page, *above.page, slot, above.below));
        });
    }
    return missing;
}

}  // namespace

Result<std::uint64_t> Tree::prepopulate() {
    if (store_ == nullptr || top_page_ == nullptr) {
        return std::uint64_t{0};
    }
    memory_.fetch_ahead(settings_.cache_bytes);
    const std::uint64_t most = settings_.cache_bytes / kPagesShare;
    std::atomic<std::uint64_t> pages{1};
    std::vector<Above> level{{top_page_, {}}};
    while (!level.empty()) {
        const std::vector<MissingRecord> missing = pages_below(level);
        const std::size_t parts = (missing.size() + kPart - 1) / kPart;
        std::vector<Status> results(parts);
        pool_.for_each(parts, [&](std::size_t i, std::uint32_t worker) {
            if (memory_.in_use() < most) {
                const auto rest = std::span(missing).subspan(i * kPart);
                const auto part = rest.first(std::min(kPart, rest.size()));
                results[i] = load_missing(memory_, *workers_[worker].reader, part);
                pages += part.size();
            }
        });
        for (Status& result : results) {
            COMMITBENCH_TRY(std::move(result));
        }
        if (memory_.in_use() >= most) {
            break;
        }
        level.clear();
        for (const MissingRecord& record : missing) {
            level.push_back({record.holder->ref(record.slot).page(), record.id.place.path});
        }
    }
    return pages.load();
}

}  // namespace commitbench::paged
