// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/worker_pool.hpp"

#include "harness/runtime/pool_concept.hpp"

#include <utility>

namespace commitbench {

static_assert(Pool<WorkerPool>);

namespace {

/// Longer than the serial parts between two rounds of one block, and as long as a sleep and its
/// wake-up take on a virtual machine (30 us each way, measured); shorter than what anyone would
/// notice of a busy core.
constexpr Patience kOwnCore{.awake = std::chrono::microseconds(50), .turns_a_yield = 64};
/// Where there are more workers than processing units: who looks may sit on the one that is needed.
constexpr Patience kCrowd{.awake = std::chrono::nanoseconds(500), .turns_a_yield = 4};

}  // namespace

WorkerPool::WorkerPool(std::uint32_t workers, Placement placement)
    : workers_(workers),
      patience_(workers > std::thread::hardware_concurrency() ? kCrowd : kOwnCore),
      placement_(std::move(placement)) {}

WorkerPool::WorkerPool(const LentWorkers& lent)
    : WorkerPool(lent.workers,
                 Placement{.seats = {}, .why_not = "the workers are somebody else's"}) {
    lent_ = lent;
}

WorkerPool::~WorkerPool() {
    stop_ = true;
    round_.fetch_add(1, std::memory_order_seq_cst);
    futex_wake(round_, kWakeAll);
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

Placement WorkerPool::placement() const {
    return refused_.load() ? Placement{.seats = {},
                                       .why_not = "the kernel refused a worker its processing unit"}
                           : placement_;
}

void WorkerPool::start_threads() {
    threads_.reserve(workers_ - 1);
    for (std::uint32_t index = 1; index < workers_; ++index) {
        threads_.emplace_back([this, index] { work(index); });
    }
}

void WorkerPool::pin_to_seat(std::uint32_t index) noexcept {
    cpu_set_t seat;
    CPU_ZERO(&seat);
    CPU_SET(placement_.seats[index].number, &seat);
    if (::sched_setaffinity(0, sizeof seat, &seat) != 0) {
        refused_.store(true);
    }
}

void WorkerPool::run_on_lent(Erased call, void* task) {
    struct Round {
        Erased call;
        void* task;
        Patience patience;
    } round{call, task, patience_};
    lent_.run(
        lent_.context,
        [](void* argument, std::uint32_t index) {
            const auto& shared = *static_cast<const Round*>(argument);
            NativeWorker worker(index, shared.patience);
            shared.call(shared.task, worker);
        },
        &round);
}

void WorkerPool::run_erased(Erased call, void* task) {
    if (lent_.run != nullptr) {
        run_on_lent(call, task);
        return;
    }
    if (threads_.empty()) {
        start_threads();
    }
    if (!placement_.pinned()) {
        run_round(call, task);
        return;
    }
    if (::sched_getaffinity(0, sizeof callers_units_, &callers_units_) != 0) {
        refused_.store(true);
        run_round(call, task);
        return;
    }
    pin_to_seat(0);
    run_round(call, task);
    ::sched_setaffinity(0, sizeof callers_units_, &callers_units_);
}

void WorkerPool::run_round(Erased call, void* task) {
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
    if (spin_until([this] { return running_.load(std::memory_order_acquire) == 0; },
                   patience_.awake)) {
        return;
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
    if (placement_.pinned()) {
        pin_to_seat(index);
    }
    NativeWorker worker(index, patience_);
    for (std::uint32_t seen = 0;; ++seen) {
        const auto announced = [&] { return round_.load(std::memory_order_acquire) != seen; };
        while (!spin_until(announced, patience_.awake)) {
            asleep_.fetch_add(1, std::memory_order_seq_cst);
            if (round_.load(std::memory_order_seq_cst) == seen) {
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
