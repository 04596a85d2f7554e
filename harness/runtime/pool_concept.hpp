// SPDX-License-Identifier: Apache-2.0
// What parallel code asks of the pool it runs on. Written as a template over it, the same scheduler
// runs on threads (WorkerPool) and, one step at a time, in an order that a seed chooses
// (ExplorePool).
//
// What a scheduler keeps to, so that exploring it means something:
//   * step() stands before every interaction with state that other workers see: an atomic's load,
//     store or read-modify-write, a lock. What lies between two step points happens at once when
//     explored. relax() and wait() are step points themselves, wake_one() and wake_all() too.
//   * Whoever waits for another worker calls relax() in every turn, or wait(); never a loop of
//     step() alone.
//   * No mutex, no handled exception and no thread-local of its own across a step point.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>

namespace commitbench {

/// One worker as its task sees it: alive for that call of the task, used by that worker only.
template<class W>
concept PoolWorker = requires(W& worker,
                              const std::atomic<std::uint32_t>& word,
                              std::uint32_t seen) {
    /// 0 .. workers() - 1
    { worker.index() }
    noexcept->std::same_as<std::uint32_t>;
    /// A step point. Costs nothing on threads.
    { worker.step() }
    noexcept;
    /// One turn of a busy wait: lets others run.
    { worker.relax() }
    noexcept;
    /// Returns once `word` is not `seen`; may sleep. Who changes the word wakes the sleepers: a
    /// change without one of the calls below may go unnoticed for ever.
    { worker.wait(word, seen) }
    noexcept;
    /// At least one of those who wait for `word`, if there are any. A system call, needed or
    /// not: a caller who often has nobody to wake keeps count of the sleepers himself.
    { worker.wake_one(word) }
    noexcept;
    { worker.wake_all(word) }
    noexcept;
};

template<class P>
concept Pool = PoolWorker<typename P::Worker> &&
    requires(P& pool, const P& same, void (*task)(typename P::Worker&)) {
    { same.workers() }
    noexcept->std::same_as<std::uint32_t>;
    /// Calls task(worker) once on every worker, the caller's thread being worker 0,
    /// and returns when all calls have. The task must not throw. true; or, of an
    /// explored run only, false where it was stopped because it would never end:
    /// then nothing that the task worked on may be used but to destroy it.
    { pool.run(task) } -> std::same_as<bool>;
};

}  // namespace commitbench
