// SPDX-License-Identifier: Apache-2.0
// SectorMap: which sectors of the data file are taken, a bit each.
#pragma once

#include "backends/paged/file/extent.hpp"

#include <optional>
#include <span>
#include <vector>

namespace commitbench::paged {

/// Hands out runs by next-fit: each search goes on where the last one ended, so that what is
/// written together lies together as far as free runs allow. Not thread-safe.
///
/// At the end of the file the search turns back to the start only where at least two thirds of the
/// file are free; with less, the runs left are short and many, and the caller is asked to grow the
/// file instead: what is written in one run goes to the disk eight times as fast as in records of
/// their own (2.2 GB/s against 0.27, cloud disk). So a file in steady use is about three times what
/// it holds at its fullest, plus a step of growth.
class SectorMap {
  public:
    /// Sectors come in multiples of this.
    static constexpr std::uint64_t kWordSectors = 64;

    [[nodiscard]] std::uint64_t capacity() const noexcept { return words_.size() * kWordSectors; }
    [[nodiscard]] std::uint64_t free_sectors() const noexcept { return free_; }

    /// INVARIANT: capacity() <= sectors, a multiple of kWordSectors.
    void grow(std::uint64_t sectors);
    /// Where a free run of `sectors` now begins that is the caller's; nullopt: grow first, by at
    /// least as many. A run of up to kPageSectors lies within a page. INVARIANT: sectors > 0.
    [[nodiscard]] std::optional<std::uint64_t> take(std::uint32_t sectors);
    /// Takes the free sectors between the run that was taken last, which ends at `end`, and the end
    /// of its page, where they are fewer than `sectors`: a record like the last one would not fit
    /// in them, and a gap would cut what is written in one run into pages. Returns how many it
    /// took.
    [[nodiscard]] std::uint32_t take_rest_of_page(std::uint64_t end, std::uint32_t sectors);
    /// INVARIANT: every sector of it is taken.
    void give_back(const Extent& extent) noexcept;
    [[nodiscard]] bool is_taken(const Extent& extent) const noexcept;

    /// Bit i of word w is sector 64 w + i: 1 where taken.
    [[nodiscard]] std::span<const std::uint64_t> words() const noexcept { return words_; }
    /// INVARIANT: from a map of the same capacity.
    void set_words(std::size_t first, std::span<const std::uint64_t> words) noexcept;

  private:
    [[nodiscard]] std::optional<std::uint64_t> find(std::uint64_t from,
                                                    std::uint64_t to,
                                                    std::uint32_t sectors) const noexcept;
    [[nodiscard]] std::optional<std::uint64_t> find_in_page(std::uint64_t from,
                                                            std::uint64_t to,
                                                            std::uint32_t sectors) const noexcept;
    [[nodiscard]] std::optional<std::uint64_t> find_long(std::uint64_t from,
                                                         std::uint64_t to,
                                                         std::uint32_t sectors) const noexcept;

    std::vector<std::uint64_t> words_;
    std::uint64_t free_ = 0;
    std::uint64_t cursor_ = 0;  // sector where the next search begins
};

}  // namespace commitbench::paged
