// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/worker_pool.hpp"

#include "harness/runtime/pool_concept.hpp"

namespace commitbench {

static_assert(Pool<WorkerPool>);

namespace {

/// Sleeps after about 50 us, longer than the serial parts between two rounds of one block and
/// shorter than what anyone would notice of a busy core.
constexpr Patience kOwnCore{.spins = 2'000, .turns_a_yield = 64};
/// Where there are more workers than processing units: who spins may sit on the one that is needed.
constexpr Patience kCrowd{.spins = 20, .turns_a_yield = 4};

}  // namespace

WorkerPool::WorkerPool(std::uint32_t workers)
    : workers_(workers),
      patience_(workers > std::thread::hardware_concurrency() ? kCrowd : kOwnCore) {}

WorkerPool::~WorkerPool() {
    stop_ = true;
    round_.fetch_add(1, std::memory_order_seq_cst);
    futex_wake(round_, kWakeAll);
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void WorkerPool::run_erased(Erased call, void* task) {
    if (threads_.empty()) {
        threads_.reserve(workers_ - 1);
        for (std::uint32_t index = 1; index < workers_; ++index) {
            threads_.emplace_back([this, index] { work(index); });
        }
    }
    call_ = call;
    task_ = task;
    running_.store(workers_ - 1, std::memory_order_relaxed);
    // One side writes round_ and then reads asleep_, the other writes asleep_ and then reads
    // round_: in one total order one of them sees the other, so nobody sleeps through a round.
    round_.fetch_add(1, std::memory_order_seq_cst);
    if (asleep_.load(std::memory_order_seq_cst) > 0) {
        futex_wake(round_, kWakeAll);
    }
    NativeWorker worker(0, patience_);
    call(task, worker);
    for (std::uint32_t spins = 0; spins < patience_.spins; ++spins) {
        if (running_.load(std::memory_order_acquire) == 0) {
            return;
        }
        pause_core();
    }
    // The same between running_ and caller_asleep_.
    caller_asleep_.store(1, std::memory_order_seq_cst);
    for (std::uint32_t left = running_.load(std::memory_order_seq_cst); left != 0;
         left = running_.load(std::memory_order_seq_cst)) {
        futex_wait(running_, left);
    }
    caller_asleep_.store(0, std::memory_order_relaxed);
}

void WorkerPool::work(std::uint32_t index) {
    NativeWorker worker(index, patience_);
    for (std::uint32_t seen = 0;; ++seen) {
        for (std::uint32_t spins = 0;
             spins < patience_.spins && round_.load(std::memory_order_acquire) == seen; ++spins) {
            pause_core();
        }
        if (round_.load(std::memory_order_acquire) == seen) {
            asleep_.fetch_add(1, std::memory_order_seq_cst);
            while (round_.load(std::memory_order_seq_cst) == seen) {
                futex_wait(round_, seen);
            }
            asleep_.fetch_sub(1, std::memory_order_relaxed);
        }
        if (stop_) {
            return;
        }
        call_(task_, worker);
        if (running_.fetch_sub(1, std::memory_order_seq_cst) == 1 &&
            caller_asleep_.load(std::memory_order_seq_cst) != 0) {
            futex_wake(running_, 1);
        }
    }
}

}  // namespace commitbench
