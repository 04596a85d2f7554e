// SPDX-License-Identifier: Apache-2.0
// WorkerPool: the threads that parallel code runs on, alive across blocks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace commitbench {

/// `workers` threads of which the caller of run() is one, so a pool of one has no thread and costs
/// nothing. Idle workers spin for a short while, then sleep. run() from one thread at a time; pools
/// do not nest.
class WorkerPool {
  public:
    /// INVARIANT: workers >= 1. Threads start at the first run(), so that a process can still fork
    /// before.
    explicit WorkerPool(std::uint32_t workers) : workers_(workers) {}
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    ~WorkerPool();

    [[nodiscard]] std::uint32_t workers() const noexcept { return workers_; }

    /// Calls task(worker) once for every worker 0 .. workers() - 1, the caller being worker 0, and
    /// returns when all calls have. The task must not throw. No allocation after the first run().
    template<class Task>
    void run(Task& task) {
        if (workers_ == 1) {
            task(std::uint32_t{0});
            return;
        }
        run_erased(
            [](void* erased, std::uint32_t worker) { (*static_cast<Task*>(erased))(worker); },
            &task);
    }

    /// Calls body(item, worker) for every item < count, each once, on whichever worker is free.
    template<class Body>
    void for_each(std::size_t count, Body body) {
        std::atomic<std::size_t> next{0};
        auto task = [&](std::uint32_t worker) {
            for (std::size_t item = next.fetch_add(1, std::memory_order_relaxed); item < count;
                 item = next.fetch_add(1, std::memory_order_relaxed)) {
                body(item, worker);
            }
        };
        if (count <= 1 || workers_ == 1) {
            task(std::uint32_t{0});
        } else {
            run(task);
        }
    }

  private:
    using Erased = void (*)(void*, std::uint32_t);
    void run_erased(Erased call, void* task);
    void work(std::uint32_t worker);

    std::uint32_t workers_;
    std::vector<std::thread> threads_;

    // A round is announced by its number; every worker answers by counting down.
    Erased call_ = nullptr;
    void* task_ = nullptr;
    std::atomic<std::uint64_t> round_{0};
    std::atomic<std::uint32_t> running_{0};
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::condition_variable wake_;
    std::uint32_t asleep_ = 0;  // guarded by mutex_
};

}  // namespace commitbench
