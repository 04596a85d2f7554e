// SPDX-License-Identifier: Apache-2.0
// WorkerPool: the threads that parallel code runs on, alive across blocks.
//
// Threads of our own and not a TBB arena: an arena promises no more than that its tasks will have
// run by the end, one after the other if it likes. Schedulers whose workers wait for each other
// need all of them to run at once.
#pragma once

#include "harness/runtime/futex.hpp"
#include "harness/runtime/placement.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <sched.h>
#include <thread>
#include <type_traits>
#include <vector>

namespace commitbench {

/// How long a worker keeps its core while it waits.
struct Patience {
    std::chrono::nanoseconds awake;  ///< before it sleeps
    std::uint32_t turns_a_yield;     ///< turns of relax() of which one gives the core away
};

/// A worker of a WorkerPool (the concept PoolWorker).
class NativeWorker {
  public:
    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    void step() const noexcept {}
    void relax() noexcept {
        if (++turns_ % patience_.turns_a_yield == 0) {
            std::this_thread::yield();
        } else {
            pause_core();
        }
    }
    void wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen) const noexcept {
        if (!spin_until([&] { return word.load(std::memory_order_acquire) != seen; },
                        patience_.awake)) {
            sleep(word, seen);
        }
    }
    void wake_one(const std::atomic<std::uint32_t>& word) const noexcept { futex_wake(word, 1); }
    void wake_all(const std::atomic<std::uint32_t>& word) const noexcept {
        futex_wake(word, kWakeAll);
    }

  private:
    friend class WorkerPool;
    static void sleep(const std::atomic<std::uint32_t>& word, std::uint32_t seen) noexcept {
        while (word.load(std::memory_order_acquire) == seen) {
            futex_wait(word, seen);
        }
    }

    NativeWorker(std::uint32_t index, Patience patience) noexcept
        : index_(index), patience_(patience) {}

    std::uint32_t index_;
    Patience patience_;
    std::uint32_t turns_ = 0;  // of relax(), all told
};

/// Threads that somebody else keeps, for a pool without threads of its own.
struct LentWorkers {
    std::uint32_t workers = 1;  ///< at least 1, the caller of run() included
    void* context = nullptr;
    /// Runs body(argument, i) for i < workers, all at the same time; returns when all have
    /// returned.
    void (*run)(void* context,
                void (*body)(void* argument, std::uint32_t worker),
                void* argument) = nullptr;
    /// As WorkerPool::rouse; null: there is nothing of the kind.
    void (*rouse)(void* context) = nullptr;
};

/// `workers` threads of which the caller of run() is one, so a pool of one has no thread and costs
/// nothing. Idle workers look for a short while, then sleep. run() from one thread at a time; pools
/// do not nest.
///
/// Pinned workers stay on their units for good; the caller of run() is on its own for as long as
/// the run lasts (1.6 us a run, measured), and then where it may be otherwise. So the threads that
/// a store starts while the caller works alone, and that inherit where it may run, do not end up
/// squeezed on worker 0's core.
class WorkerPool {
  public:
    using Worker = NativeWorker;

    /// INVARIANT: workers >= 1; the placement is that of so many workers, or nobody is pinned.
    /// Threads start at the first run(), so that a process can still fork before.
    explicit WorkerPool(std::uint32_t workers, Placement placement = {});
    /// On the threads of somebody who outlives the pool.
    explicit WorkerPool(const LentWorkers& lent);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    ~WorkerPool();

    [[nodiscard]] std::uint32_t workers() const noexcept { return workers_; }
    /// As it was asked for; nobody is pinned, and the reason says so, once the kernel has refused a
    /// worker its unit (because it was taken from this process in the meantime).
    [[nodiscard]] Placement placement() const;

    /// As the concept Pool says; always true. No allocation after the first run().
    template<class Task>
    bool run(Task&& task) {
        if (workers_ == 1) {
            NativeWorker worker(0, patience_);
            task(worker);
        } else {
            using Plain = std::remove_reference_t<Task>;
            run_erased(
                [](void* erased, NativeWorker& worker) { (*static_cast<Plain*>(erased))(worker); },
                const_cast<void*>(static_cast<const void*>(&task)));
        }
        return true;
    }

    /// Wakes the workers that sleep, which then look for a run as long as they always do: for a
    /// caller that has a little to do by itself before it. By the caller of run().
    void rouse() const noexcept {
        if (asleep_.load(std::memory_order_relaxed) > 0) {
            futex_wake(round_, kWakeAll);
        } else if (lent_.rouse != nullptr) {
            lent_.rouse(lent_.context);
        }
    }

    /// Calls body(item, index of the worker) for every item < count, each once, on whichever worker
    /// is free.
    template<class Body>
    void for_each(std::size_t count, Body body) {
        std::atomic<std::size_t> next{0};
        const auto work_through = [&](std::uint32_t worker) {
            for (std::size_t item = next.fetch_add(1, std::memory_order_relaxed); item < count;
                 item = next.fetch_add(1, std::memory_order_relaxed)) {
                body(item, worker);
            }
        };
        if (count <= 1) {
            work_through(0);
        } else {
            run([&](const NativeWorker& worker) { work_through(worker.index()); });
        }
    }

  private:
    using Erased = void (*)(void*, NativeWorker&);
    void run_erased(Erased call, void* task);
    void run_on_lent(Erased call, void* task);
    void start_threads();
    void run_round(Erased call, void* task);
    void pin_to_seat(std::uint32_t index) noexcept;
    void work(std::uint32_t index);

    // A round is announced by its number, and what it is stands next to it; every worker answers by
    // counting down.
    alignas(64) std::atomic<std::uint32_t> round_{0};
    std::atomic<std::uint32_t> asleep_{0};  // workers that sleep on round_, or are about to
    Erased call_ = nullptr;
    void* task_ = nullptr;
    LentWorkers lent_;  // run is null: the threads are our own
    bool stop_ = false;
    alignas(64) std::atomic<std::uint32_t> running_{0};
    std::atomic<std::uint32_t> caller_asleep_{0};  // on running_, or about to

    std::uint32_t workers_;
    Patience patience_;
    Placement placement_;
    cpu_set_t callers_units_{};  // where the caller may run outside run()
    std::atomic<bool> refused_{false};
    std::vector<std::thread> threads_;
};

}  // namespace commitbench
