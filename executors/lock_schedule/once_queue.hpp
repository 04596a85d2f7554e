// SPDX-License-Identifier: Apache-2.0
// OnceQueue: transactions that are ready to run, oldest first, for many workers.
#pragma once

#include "harness/runtime/pool_concept.hpp"

#include <memory>

namespace commitbench {

/// Holds every transaction of a block at most once, so that a place is used once and nothing wraps
/// around: a push is one read-modify-write of the tail and one store, a pop one of the head.
class OnceQueue {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    /// Empties it. No worker may be at it. INVARIANT: at most `capacity` pushes follow.
    void begin(std::size_t capacity) {
        if (capacity > capacity_) {
            cells_ = std::make_unique<std::atomic<std::uint32_t>[]>(capacity);
            capacity_ = capacity;
        }
        for (std::size_t i = 0; i < capacity; ++i) {
            cells_[i].store(kNone, std::memory_order_relaxed);
        }
        head_.store(0, std::memory_order_relaxed);
        tail_.store(0, std::memory_order_relaxed);
    }

    /// While no worker is at it.
    void push_alone(std::uint32_t transaction) {
        const std::uint32_t at = tail_.load(std::memory_order_relaxed);
        cells_[at].store(transaction, std::memory_order_relaxed);
        tail_.store(at + 1, std::memory_order_relaxed);
    }

    template<PoolWorker Worker>
    void push(Worker& worker, std::uint32_t transaction) {
        worker.step();
        const std::uint32_t at = tail_.fetch_add(1, std::memory_order_seq_cst);
        worker.step();
        cells_[at].store(transaction, std::memory_order_release);
    }

    /// kNone where it is empty.
    template<PoolWorker Worker>
    std::uint32_t pop(Worker& worker) {
        worker.step();
        std::uint32_t at = head_.load(std::memory_order_relaxed);
        do {
            if (at >= tail_.load(std::memory_order_seq_cst)) {
                return kNone;
            }
            worker.step();
        } while (!head_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed));
        // Ours; but whoever took the place may not have filled it yet.
        while (true) {
            const std::uint32_t transaction = cells_[at].load(std::memory_order_acquire);
            if (transaction != kNone) {
                return transaction;
            }
            worker.relax();
        }
    }

    /// False once every push that happened before has been popped.
    template<PoolWorker Worker>
    [[nodiscard]] bool any(Worker& worker) const {
        worker.step();
        return head_.load(std::memory_order_relaxed) < tail_.load(std::memory_order_seq_cst);
    }

  private:
    std::unique_ptr<std::atomic<std::uint32_t>[]> cells_;
    std::size_t capacity_ = 0;
    alignas(64) std::atomic<std::uint32_t> head_{0};
    alignas(64) std::atomic<std::uint32_t> tail_{0};
};

}  // namespace commitbench
