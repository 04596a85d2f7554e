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

/// `byte` in each of the eight bytes of a word.
constexpr std::uint64_t in_each_byte(std::uint64_t byte) {
    return byte * 0x0101010101010101U;
}

}  // namespace

void SectorMap::grow(std::uint64_t sectors) {
    assert(sectors % kWordSectors == 0 && sectors >= capacity());
    free_ += sectors - capacity();
    // What is new is one long run: the search goes on there.
    cursor_ = capacity();
    words_.resize(sectors / kWordSectors);
}

std::optional<std::uint64_t> SectorMap::take(std::uint32_t sectors) {
    assert(sectors > 0);
    std::optional<std::uint64_t> found = find(cursor_, capacity(), sectors);
    if (!found && free_ >= capacity() / 3 * 2) {
        found = find(0, cursor_, sectors);
    }
    if (found) {
        for_each_word({*found, sectors}, [this](std::uint64_t word, std::uint64_t mask) {
            assert((words_[word] & mask) == 0);
            words_[word] |= mask;
        });
        free_ -= sectors;
        cursor_ = *found + sectors;
    }
    return found;
}

std::uint32_t SectorMap::take_rest_of_page(std::uint64_t end, std::uint32_t sectors) {
    const auto rest =
        static_cast<std::uint32_t>((kPageSectors - end % kPageSectors) % kPageSectors);
    if (rest == 0 || rest >= sectors) {
        return 0;
    }
    const std::uint64_t mask = ((std::uint64_t{1} << rest) - 1) << end % 64;
    if ((words_[end / 64] & mask) != 0) {
        return 0;
    }
    words_[end / 64] |= mask;
    free_ -= rest;
    cursor_ = end + rest;
    return rest;
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

std::optional<std::uint64_t> SectorMap::find(std::uint64_t from,
                                             std::uint64_t to,
                                             std::uint32_t sectors) const noexcept {
    return sectors <= kPageSectors ? find_in_page(from, to, sectors) : find_long(from, to, sectors);
}

std::optional<std::uint64_t> SectorMap::find_in_page(std::uint64_t from,
                                                     std::uint64_t to,
                                                     std::uint32_t sectors) const noexcept {
    // A page is a byte of the map, so eight pages are searched at a time: bit i stays set in
    // `starts` where the sectors i, i + 1, ... of its byte are free.
    std::uint64_t before = from % 64 == 0 ? 0 : kAll >> (64 - from % 64);
    for (std::uint64_t word = from / 64; word * 64 < to; ++word) {
        const std::uint64_t free = ~(words_[word] | before);
        before = 0;
        std::uint64_t starts = free;
        for (std::uint32_t i = 1; i < sectors && starts != 0; ++i) {
            starts &= (free >> i) & in_each_byte(0xffU >> i);
        }
        if (starts != 0) {
            return word * 64 + static_cast<std::uint64_t>(std::countr_zero(starts));
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> SectorMap::find_long(std::uint64_t from,
                                                  std::uint64_t to,
                                                  std::uint32_t sectors) const noexcept {
    std::uint64_t begin = from;  // of the run of free sectors that ends at `at`
    std::uint64_t at = from;
    while (at < capacity()) {
        const std::uint64_t rest = words_[at / 64] >> (at % 64);
        const std::uint64_t left = 64 - at % 64;
        const auto free = std::min(static_cast<std::uint64_t>(std::countr_zero(rest)), left);
        at += free;
        if (at - begin >= sectors) {
            return begin;
        }
        if (free == left) {
            continue;
        }
        at += std::min(static_cast<std::uint64_t>(std::countr_one(rest >> free)), left - free);
        begin = at;
        if (begin >= to) {
            break;
        }
    }
    return std::nullopt;
}

}  // namespace commitbench::paged
