// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/allocation_map.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace commitbench::paged {
namespace {

/// Entries that the index has room for beyond the chunks there are, so that growing while the plan
/// is made seldom outgrows it.
constexpr std::size_t kSpareChunks = 16;

}  // namespace

void AllocationMap::create(std::uint64_t sectors, std::uint32_t reserved) {
    grow(sectors);
    (void)take(reserved);
}

Result<bool> AllocationMap::load(const Extent& index, const ReadRecord& read) {
    auto payload = read(index);
    if (!payload) {
        return payload.error();
    }
    if (payload->size() < sizeof(std::uint64_t) || payload->size() % sizeof(std::uint64_t) != 0) {
        return false;
    }
    std::vector<std::uint64_t> entries(payload->size() / sizeof(std::uint64_t));
    std::memcpy(entries.data(), payload->data(), payload->size());
    const std::uint64_t capacity = entries.front();
    const std::uint64_t chunks = (capacity + kChunkSectors - 1) / kChunkSectors;
    if (capacity > kMaxSectors || capacity % SectorMap::kWordSectors != 0 ||
        chunks > entries.size() - 1) {
        return false;
    }
    sectors_.grow(capacity);
    chunks_.resize(chunks);
    is_changed_.resize(chunks);
    index_ = index;
    std::array<std::uint64_t, kChunkWords> words{};
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        chunks_[chunk] = Extent::unpack(entries[chunk + 1]);
        if (chunks_[chunk].is_none()) {
            continue;
        }
        payload = read(chunks_[chunk]);
        if (!payload) {
            return payload.error();
        }
        if (payload->size() != sizeof words) {
            return false;
        }
        std::memcpy(words.data(), payload->data(), sizeof words);
        sectors_.set_words(chunk * kChunkWords, std::span(words).first(chunk_words(chunk).size()));
    }
    sectors_.go_to_end();
    return std::ranges::all_of(chunks_,
                               [this](const Extent& extent) { return sectors_.is_taken(extent); });
}

std::optional<Extent> AllocationMap::take(std::uint32_t sectors) {
    const std::optional<std::uint64_t> found = sectors_.take(sectors);
    if (!found) {
        return std::nullopt;
    }
    const Extent extent{*found, sectors};
    mark_changed(extent);
    return extent;
}

void AllocationMap::grow(std::uint64_t sectors) {
    sectors_.grow(sectors);
    chunks_.resize((sectors + kChunkSectors - 1) / kChunkSectors);
    is_changed_.resize(chunks_.size());
}

void AllocationMap::release(const Extent& extent) {
    released_.push_back(extent);
    released_sectors_ += extent.sectors;
    mark_changed(extent);
}

void AllocationMap::mark_changed(const Extent& extent) {
    const std::uint64_t last = (extent.sector + extent.sectors - 1) / kChunkSectors;
    for (std::uint64_t chunk = extent.sector / kChunkSectors; chunk <= last; ++chunk) {
        if (!is_changed_[chunk]) {
            is_changed_[chunk] = true;
            changed_.push_back(chunk);
        }
    }
}

std::span<const std::uint64_t> AllocationMap::chunk_words(std::size_t chunk) const noexcept {
    const auto from = sectors_.words().subspan(chunk * kChunkWords);
    return from.first(std::min(from.size(), kChunkWords));
}

Status AllocationMap::plan(const Allocate& allocate) {
    if (!index_.is_none()) {
        release(index_);
        index_ = {};
    }
    std::size_t planned = 0;
    while (planned < changed_.size() || index_.is_none() || chunks_.size() > index_entries_) {
        if (planned < changed_.size()) {
            const std::size_t chunk = changed_[planned++];
            if (!chunks_[chunk].is_none()) {
                release(chunks_[chunk]);
            }
            const auto extent = allocate(kChunkWords * sizeof(std::uint64_t));
            if (!extent) {
                return extent.error();
            }
            chunks_[chunk] = *extent;
            continue;
        }
        if (!index_.is_none()) {
            release(index_);
        }
        index_entries_ = chunks_.size() + kSpareChunks;
        const auto extent = allocate((index_entries_ + 1) * sizeof(std::uint64_t));
        if (!extent) {
            return extent.error();
        }
        index_ = *extent;
    }
    return {};
}

Result<Extent> AllocationMap::persist(const Allocate& allocate, const WriteRecord& write) {
    COMMITBENCH_TRY(plan(allocate));
    for (const Extent& extent : released_) {
        sectors_.give_back(extent);
    }
    released_.clear();
    released_sectors_ = 0;

    std::array<std::uint64_t, kChunkWords> image{};
    for (const std::size_t chunk : changed_) {
        image.fill(0);
        std::ranges::copy(chunk_words(chunk), image.begin());
        COMMITBENCH_TRY(write(chunks_[chunk],
                              {reinterpret_cast<const std::uint8_t*>(image.data()), sizeof image}));
        is_changed_[chunk] = false;
    }
    changed_.clear();

    std::vector<std::uint64_t> entries(index_entries_ + 1);
    entries.front() = sectors_.capacity();
    std::ranges::transform(chunks_, entries.begin() + 1,
                           [](const Extent& extent) { return extent.packed(); });
    COMMITBENCH_TRY(write(index_, {reinterpret_cast<const std::uint8_t*>(entries.data()),
                                   entries.size() * sizeof(std::uint64_t)}));
    return index_;
}

}  // namespace commitbench::paged
