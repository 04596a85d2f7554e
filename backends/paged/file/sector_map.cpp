// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/sector_map.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace commitbench::paged {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

/// Calls f(word index, mask) for each word that the run touches.
template<class F>
void for_each_word(const Extent& run, F f) {
    std::uint64_t at = run.sector;
    std::uint64_t left = run.sectors;
    while (left > 0) {
        const std::uint64_t bit = at % 64;
        const std::uint64_t count = std::min<std::uint64_t>(64 - bit, left);
        f(at / 64, (kAll >> (64 - count)) << bit);
        at += count;
        left -= count;
    }
}

}  // namespace

void SectorMap::grow(std::uint64_t sectors) {
    assert(sectors % kWordSectors == 0 && sectors >= capacity());
    free_ += sectors - capacity();
    // What is new is one long run, or makes the current one longer.
    if (run_end_ != capacity()) {
        run_begin_ = capacity();
    }
    run_end_ = sectors;
    words_.resize(sectors / kWordSectors);
}

std::optional<std::uint64_t> SectorMap::take(std::uint32_t sectors) {
    assert(sectors > 0);
    if (run_end_ - run_begin_ < sectors && !find_run(run_end_, capacity(), sectors)) {
        if (free_ < capacity() / 3 * 2 || !find_run(0, run_end_, sectors)) {
            return std::nullopt;
        }
    }
    const std::uint64_t found = run_begin_;
    for_each_word({found, sectors}, [this](std::uint64_t word, std::uint64_t mask) {
        assert((words_[word] & mask) == 0);
        words_[word] |= mask;
    });
    free_ -= sectors;
    run_begin_ += sectors;
    return found;
}

void SectorMap::end_page() noexcept {
    // A run ends at the end of a page, so this does not leave it.
    run_begin_ = (run_begin_ + kPageSectors - 1) / kPageSectors * kPageSectors;
}

void SectorMap::go_to_end() noexcept {
    run_end_ = capacity();
    run_begin_ = run_end_;
    while (run_begin_ > 0 && is_free_page(run_begin_ / kPageSectors - 1)) {
        run_begin_ -= kPageSectors;
    }
}

void SectorMap::give_back(const Extent& extent) noexcept {
    for_each_word(extent, [this](std::uint64_t word, std::uint64_t mask) {
        assert((words_[word] & mask) == mask);
        words_[word] &= ~mask;
    });
    free_ += extent.sectors;
}

bool SectorMap::is_taken(const Extent& extent) const noexcept {
    if (extent.sector + extent.sectors > capacity()) {
        return false;
    }
    bool taken = true;
    for_each_word(extent, [&](std::uint64_t word, std::uint64_t mask) {
        taken = taken && (words_[word] & mask) == mask;
    });
    return taken;
}

void SectorMap::set_words(std::size_t first, std::span<const std::uint64_t> words) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::uint64_t& word = words_[first + i];
        free_ += static_cast<std::uint64_t>(std::popcount(word));
        word = words[i];
        free_ -= static_cast<std::uint64_t>(std::popcount(word));
    }
}

/// A page is a byte of the map.
bool SectorMap::is_free_page(std::uint64_t page) const noexcept {
    static_assert(kPageSectors == 8);
    return ((words_[page / 8] >> (page % 8 * 8)) & 0xff) == 0;
}

bool SectorMap::find_run(std::uint64_t from, std::uint64_t to, std::uint32_t sectors) noexcept {
    const std::uint64_t pages = capacity() / kPageSectors;
    std::uint64_t page = from / kPageSectors;
    while (page < to / kPageSectors) {
        const std::uint64_t first = page;
        while (page < pages && is_free_page(page)) {
            ++page;
        }
        if ((page - first) * kPageSectors >= sectors) {
            run_begin_ = first * kPageSectors;
            run_end_ = page * kPageSectors;
            return true;
        }
        ++page;
    }
    return false;
}

}  // namespace commitbench::paged
