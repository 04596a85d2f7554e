// SPDX-License-Identifier: Apache-2.0
// What readers count: each in a cache line of its own, summed only when asked.
#pragma once

#include "harness/core/observer.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>

namespace commitbench {

enum class ReadCount : std::uint8_t { gets, get_bytes, cache_hits, cache_misses };

/// Written by one reader, read by whoever sums.
class alignas(64) ReadCounters {
  public:
    /// Only the owner calls it, so a plain add is enough: the atomic is there for the one who sums.
    void add(ReadCount which, std::uint64_t amount) noexcept {
        std::atomic<std::uint64_t>& value = values_[static_cast<std::size_t>(which)];
        value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t get(ReadCount which) const noexcept {
        return values_[static_cast<std::size_t>(which)].load(std::memory_order_relaxed);
    }

  private:
    std::array<std::atomic<std::uint64_t>, 4> values_{};
};

/// All readers of a store, past and present. [thread-safe]
class ReadCounterBoard {
  public:
    /// A reader's entry, given back by its destructor. The board must outlive it.
    class Entry {
      public:
        explicit Entry(ReadCounterBoard& board) : board_(board), counters_(board.open()) {}
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        ~Entry() { board_.close(counters_); }
        ReadCounters* operator->() noexcept { return &*counters_; }

      private:
        ReadCounterBoard& board_;
        std::list<ReadCounters>::iterator counters_;
    };

    [[nodiscard]] std::uint64_t sum(ReadCount which) const {
        const std::lock_guard lock(mutex_);
        std::uint64_t sum = closed_.get(which);
        for (const ReadCounters& counters : open_) {
            sum += counters.get(which);
        }
        return sum;
    }

  private:
    std::list<ReadCounters>::iterator open() {
        const std::lock_guard lock(mutex_);
        return open_.emplace(open_.end());
    }
    void close(std::list<ReadCounters>::iterator counters) {
        const std::lock_guard lock(mutex_);
        for (const ReadCount which : {ReadCount::gets, ReadCount::get_bytes, ReadCount::cache_hits,
                                      ReadCount::cache_misses}) {
            closed_.add(which, counters->get(which));
        }
        open_.erase(counters);
    }

    mutable std::mutex mutex_;
    std::list<ReadCounters> open_;
    ReadCounters closed_;
};

}  // namespace commitbench
