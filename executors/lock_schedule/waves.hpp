// SPDX-License-Identifier: Apache-2.0
// Waves: runs of transactions that do not conflict, with a barrier between them.
#pragma once

#include "harness/core/access_sets.hpp"
#include "harness/runtime/pool_concept.hpp"

namespace commitbench {

/// Cuts a block, in order, before every transaction that conflicts with one of its wave, and where
/// the wave is full. No transaction ever runs ahead of the wave.
class Waves {
  public:
    /// Forgets the block before. INVARIANT: largest >= 1.
    void begin(std::size_t locks, std::uint32_t largest) {
        touched_.assign(locks, Touched());
        largest_ = largest;
        begins_.clear();
        size_ = 0;
    }

    /// The next transaction, with each lock at most once.
    void add(std::span<const Access> row) {
        bool fits = !begins_.empty() && size_ - begins_.back() < largest_;
        const auto wave = static_cast<std::uint32_t>(begins_.size());
        for (std::size_t i = 0; fits && i < row.size(); ++i) {
            const Touched& lock = touched_[row[i].key];
            fits = lock.written_in != wave && (row[i].write == 0 || lock.read_in != wave);
        }
        if (!fits) {
            begins_.push_back(size_);
        }
        const auto mine = static_cast<std::uint32_t>(begins_.size());
        for (const Access access : row) {
            (access.write != 0 ? touched_[access.key].written_in : touched_[access.key].read_in) =
                mine;
        }
        ++size_;
    }

    /// Waves.
    [[nodiscard]] std::size_t count() const noexcept { return begins_.size(); }

    /// Calls execute(worker, transaction) -> bool once for each: false stops the block after its
    /// wave. What pool.run() gives.
    template<Pool P, class Execute>
    bool run(P& pool, Execute execute) {
        std::atomic<bool> stopped{false};
        for (std::size_t wave = 0; wave < begins_.size(); ++wave) {
            const std::uint32_t end = wave + 1 < begins_.size() ? begins_[wave + 1] : size_;
            std::atomic<std::uint32_t> next{begins_[wave]};
            const auto task = [&](typename P::Worker& worker) {
                worker.step();
                for (std::uint32_t mine = next.fetch_add(1, std::memory_order_relaxed); mine < end;
                     mine = next.fetch_add(1, std::memory_order_relaxed)) {
                    if (!execute(worker, mine)) {
                        worker.step();
                        stopped.store(true, std::memory_order_relaxed);
                    }
                    worker.step();
                }
            };
            if (!pool.run(task)) {
                return false;
            }
            if (stopped.load(std::memory_order_relaxed)) {
                return true;
            }
        }
        return true;
    }

  private:
    /// Counted from 1: wave 0 is none.
    struct Touched {
        std::uint32_t written_in = 0;
        std::uint32_t read_in = 0;
    };
    std::vector<Touched> touched_;
    std::vector<std::uint32_t> begins_;
    std::uint32_t largest_ = 1;
    std::uint32_t size_ = 0;
};

}  // namespace commitbench
