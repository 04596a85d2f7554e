// SPDX-License-Identifier: Apache-2.0
// SectorMap: which sectors of the data file are taken, a bit each.
#pragma once

#include "backends/paged/file/extent.hpp"

#include <optional>
#include <span>
#include <vector>

namespace commitbench::paged {

/// Hands out sectors one after the other from runs of whole free pages, and looks for the next run
/// where the last one ended. So what is written together lies together without gaps, and a run
/// begins at a page: file systems handle writes of whole pages to space that was never written at
/// once, others one after the other (1.3 GB/s against 0.19 in pieces of 20 KB; ext4). A page that
/// is partly taken is left alone until all of it is free. Not thread-safe.
///
/// At the end of the file the search turns back to the start only where at least two thirds of the
/// file are free; with less, the runs left are short and many, and the caller is asked to grow the
/// file instead. So a file in steady use is about three times what it holds at its fullest, plus a
/// step of growth.
class SectorMap {
  public:
    /// Sectors come in multiples of this.
    static constexpr std::uint64_t kWordSectors = 64;

    [[nodiscard]] std::uint64_t capacity() const noexcept { return words_.size() * kWordSectors; }
    [[nodiscard]] std::uint64_t free_sectors() const noexcept { return free_; }

    /// INVARIANT: capacity() <= sectors, a multiple of kWordSectors.
    void grow(std::uint64_t sectors);
    /// Where `sectors` free ones now begin that are the caller's; nullopt: grow first, by at least
    /// as many. INVARIANT: sectors > 0.
    [[nodiscard]] std::optional<std::uint64_t> take(std::uint32_t sectors);
    /// What is taken next begins at a page.
    void end_page() noexcept;
    /// What is taken next comes from the free space that ends the file, where there is any.
    void go_to_end() noexcept;
    /// INVARIANT: every sector of it is taken.
    void give_back(const Extent& extent) noexcept;
    [[nodiscard]] bool is_taken(const Extent& extent) const noexcept;

    /// Bit i of word w is sector 64 w + i: 1 where taken.
    [[nodiscard]] std::span<const std::uint64_t> words() const noexcept { return words_; }
    /// INVARIANT: from a map of the same capacity.
    void set_words(std::size_t first, std::span<const std::uint64_t> words) noexcept;

  private:
    [[nodiscard]] bool is_free_page(std::uint64_t page) const noexcept;
    /// Makes the first long enough run of free pages that begins in [from, to) the current one.
    bool find_run(std::uint64_t from, std::uint64_t to, std::uint32_t sectors) noexcept;

    std::vector<std::uint64_t> words_;
    std::uint64_t free_ = 0;
    // The current run: free sectors from whole pages, which nobody else takes from.
    std::uint64_t run_begin_ = 0;
    std::uint64_t run_end_ = 0;
};

}  // namespace commitbench::paged
