// SPDX-License-Identifier: Apache-2.0
// Doorbell: where workers without work sleep, and how they are called.
#pragma once

#include <atomic>
#include <cstdint>

namespace commitbench::block_stm {

/// A sleeper says that it is about to sleep and then looks for work once more; a caller makes work
/// and then looks for sleepers. In the one order of these four (all sequentially consistent) one of
/// the two sees the other, so nobody sleeps through a call.
class Doorbell {
  public:
    /// Returns after the next ring, or at once where has_news() is true.
    template<class Worker, class HasNews>
    void sleep_unless(Worker& worker, HasNews has_news) {
        worker.step();
        sleepers_.fetch_add(1);
        worker.step();
        const std::uint32_t seen = rings_.load();
        if (!has_news()) {
            worker.wait(rings_, seen);
        }
        worker.step();
        sleepers_.fetch_sub(1);
    }

    /// Somebody may be asleep. Nearly free where nobody is.
    template<class Worker>
    [[nodiscard]] bool has_sleepers(Worker& worker) const {
        worker.step();
        return sleepers_.load() > 0;
    }

    template<class Worker>
    void ring(Worker& worker) {
        worker.step();
        rings_.fetch_add(1);
        worker.wake_all(rings_);
    }

  private:
    alignas(64) std::atomic<std::uint32_t> sleepers_{0};
    std::atomic<std::uint32_t> rings_{0};
};

}  // namespace commitbench::block_stm
