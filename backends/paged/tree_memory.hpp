// SPDX-License-Identifier: Apache-2.0
// TreeMemory: where a tree's pages and buckets come from, and how much of it they take.
#pragma once

#include "backends/store/slab.hpp"

#include <mutex>

namespace commitbench::paged {

/// Safe from many threads. One for all of a tree's threads: what one evicts another can use.
class TreeMemory {
  public:
    /// Aligned to a cache line, up to Slab::kLargestSmall bytes: a pair of nodes is one line, not
    /// two. Throws std::bad_alloc.
    [[nodiscard]] std::uint8_t* allocate(std::size_t size) {
        size = whole_lines(size);
        const std::lock_guard lock(mutex_);
        std::uint8_t* const block = slab_.allocate(size);
        in_use_ += footprint(size);
        return block;
    }
    void free(void* block, std::size_t size) noexcept {
        size = whole_lines(size);
        const std::lock_guard lock(mutex_);
        slab_.free(static_cast<std::uint8_t*>(block), size);
        in_use_ -= footprint(size);
    }
    /// Large blocks that were freed go back to the system.
    void trim() noexcept {
        const std::lock_guard lock(mutex_);
        slab_.drop_spare_large();
    }
    /// See Slab::fetch_ahead.
    void fetch_ahead(std::uint64_t bytes) noexcept {
        const std::lock_guard lock(mutex_);
        slab_.fetch_ahead(bytes);
    }

    /// Bytes of what is allocated, and of what is held for that, free blocks included.
    [[nodiscard]] std::uint64_t in_use() const noexcept {
        const std::lock_guard lock(mutex_);
        return in_use_;
    }
    [[nodiscard]] std::uint64_t held() const noexcept {
        const std::lock_guard lock(mutex_);
        return slab_.bytes_held();
    }

  private:
    /// Blocks of whole lines only: from the first, which is aligned, follow all others.
    static constexpr std::size_t whole_lines(std::size_t size) noexcept {
        return (size + 63) / 64 * 64;
    }
    static std::uint64_t footprint(std::size_t size) noexcept {
        return Slab::class_size(Slab::class_of(size));
    }
    mutable std::mutex mutex_;
    Slab slab_;
    std::uint64_t in_use_ = 0;
};

}  // namespace commitbench::paged
