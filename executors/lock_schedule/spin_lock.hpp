// SPDX-License-Identifier: Apache-2.0
// A lock that a scheduler can be explored with: it waits by turns of its worker.
#pragma once

#include "harness/runtime/pool_concept.hpp"

namespace commitbench {

/// For sections of a few hundred nanoseconds.
class SpinLock {
  public:
    /// Calls body() while nobody else is in one.
    template<PoolWorker Worker, class Body>
    auto hold(Worker& worker, Body body) {
        worker.step();
        while (taken_.exchange(true, std::memory_order_acquire)) {
            worker.relax();
        }
        const Release release{*this};
        return body();
    }

  private:
    struct Release {
        SpinLock& lock;
        ~Release() { lock.taken_.store(false, std::memory_order_release); }
    };
    std::atomic<bool> taken_{false};
};

}  // namespace commitbench
