// SPDX-License-Identifier: Apache-2.0
// Bell: wakes workers that sleep until something is there for them.
#pragma once

#include "harness/runtime/pool_concept.hpp"

namespace commitbench {

/// Who brings something makes it visible first (sequentially consistent) and rings afterwards; who
/// wants something is counted as a sleeper first and looks afterwards. In the one order of these
/// four one of the two sees the other, and ringing costs one load where nobody sleeps.
///
/// `LosesWakeUps` is a fault that a test puts in: who wants something does not look.
template<bool LosesWakeUps = false>
class Bell {
  public:
    static constexpr std::uint32_t kEverybody = UINT32_MAX;

    /// Somebody may be asleep.
    template<PoolWorker Worker>
    [[nodiscard]] bool has_sleepers(Worker& worker) const {
        worker.step();
        return sleepers_.load(std::memory_order_seq_cst) != 0;
    }

    /// There is something for `count` workers.
    template<PoolWorker Worker>
    void ring(Worker& worker, std::uint32_t count) {
        if (!has_sleepers(worker)) {
            return;
        }
        worker.step();
        rings_.fetch_add(1, std::memory_order_release);
        if (count == 1) {
            worker.wake_one(rings_);
        } else {
            worker.wake_all(rings_);
        }
    }

    /// Returns at the latest when the bell rings after condition() became true; may return early.
    template<PoolWorker Worker, class Condition>
    void wait(Worker& worker, Condition condition) {
        worker.step();
        const std::uint32_t seen = rings_.load(std::memory_order_acquire);
        worker.step();
        sleepers_.fetch_add(1, std::memory_order_seq_cst);
        if (LosesWakeUps || !condition()) {
            worker.wait(rings_, seen);
        }
        worker.step();
        sleepers_.fetch_sub(1, std::memory_order_relaxed);
    }

  private:
    alignas(64) std::atomic<std::uint32_t> sleepers_{0};
    std::atomic<std::uint32_t> rings_{0};
};

}  // namespace commitbench
