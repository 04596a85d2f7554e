// SPDX-License-Identifier: Apache-2.0
// ExplorePool: a pool whose workers take turns on one thread, in an order that a seed chooses.
//
// A test runs the same block under thousands of seeds and so walks through as many interleavings;
// the seed of one that went wrong shows it again, step for step. What is explored is the order of
// the steps (pool_concept.hpp): every interleaving is sequentially consistent, so orders that only
// a weak memory model allows are ThreadSanitizer's business.
#pragma once

#include "harness/runtime/explore_schedule.hpp"
#include "harness/runtime/fiber_set.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace commitbench {

struct ExploreLimits {
    /// Of all runs under one seed together. Reached, it means that they get nowhere.
    std::uint64_t steps = 1'000'000;
    std::size_t stack_bytes = std::size_t{1} << 20;  ///< of one worker
    ExploreStrategy strategy = ExploreStrategy::mixed;
    std::uint32_t interruptions = 2;  ///< where systematic: at most
};

enum class ExploreEnd : std::uint8_t {
    finished,    ///< every run came to its end
    deadlock,    ///< all who had not ended waited, and nobody was left to wake them
    step_limit,  ///< ExploreLimits::steps: a livelock, or a limit that is too low
};

/// What has come of the runs since the last restart().
struct ExploreOutcome {
    ExploreEnd end = ExploreEnd::finished;
    std::uint64_t seed = 0;
    std::uint64_t steps = 0;
    std::uint64_t switches = 0;           ///< steps after which another worker went on
    std::uint64_t digest = 0;             ///< of the order: the same for the same interleaving
    std::vector<std::uint32_t> sleeping;  ///< workers in wait() when the run was stopped

    [[nodiscard]] bool finished() const noexcept { return end == ExploreEnd::finished; }
    /// "seed 7: deadlock after 31 steps; workers 0, 2 wait for a wake-up that never comes"
    [[nodiscard]] std::string text() const;
};

class ExplorePool;

/// A worker of an ExplorePool (the concept PoolWorker).
class ExploreWorker {
  public:
    [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
    void step() const noexcept;
    void relax() const noexcept;
    void wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen) const noexcept;
    void wake_one(const std::atomic<std::uint32_t>& word) const noexcept;
    void wake_all(const std::atomic<std::uint32_t>& word) const noexcept;

  private:
    friend class ExplorePool;
    ExploreWorker(ExplorePool& pool, std::uint32_t index) noexcept : pool_(pool), index_(index) {}

    ExplorePool& pool_;
    std::uint32_t index_;
};

/// Not thread-safe, and allocates nothing in a run. A run that cannot end is stopped and reported:
/// its workers are left where they are, no destructor runs on their stacks, and what these own is
/// lost (and forgiven by LeakSanitizer, which overlooks all that is allocated in explored runs).
class ExplorePool {
  public:
    using Worker = ExploreWorker;

    /// INVARIANT: workers >= 1.
    ExplorePool(std::uint32_t workers, std::uint64_t seed, ExploreLimits limits = {});

    [[nodiscard]] std::uint32_t workers() const noexcept { return workers_; }

    /// The runs from here on follow from this seed, as if the pool were new. Cheap. Where
    /// systematic, seed 0 is the first order, and any other stands for the next one.
    void restart(std::uint64_t seed);
    /// Where systematic: every order had been run before the last restart().
    [[nodiscard]] bool exhausted() const noexcept { return schedule_.exhausted(); }

    /// As the concept Pool says. Once a run was stopped, all further ones return false at once,
    /// until restart().
    template<class Task>
    bool run(Task&& task) {
        using Plain = std::remove_reference_t<Task>;
        return run_erased(
            [](void* erased, ExploreWorker& worker) { (*static_cast<Plain*>(erased))(worker); },
            const_cast<void*>(static_cast<const void*>(&task)));
    }

    [[nodiscard]] ExploreOutcome outcome() const;

  private:
    friend class ExploreWorker;
    using Erased = void (*)(void*, ExploreWorker&);

    bool run_erased(Erased call, void* task);
    static void run_worker(void* pool, std::uint32_t index);
    void step();
    void relax();
    void wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen);
    void wake_one(const std::atomic<std::uint32_t>& word);
    void wake_all(const std::atomic<std::uint32_t>& word);
    void wake(std::uint32_t worker);
    void count_step();
    void go_on_with(std::uint32_t worker);
    void go_on_without_current();
    void stop(ExploreEnd end);

    std::uint32_t workers_;
    ExploreLimits limits_;
    ExploreSchedule schedule_;
    FiberSet fibers_;
    Erased call_ = nullptr;
    void* task_ = nullptr;
    /// By worker: the word it sleeps on.
    std::vector<const std::atomic<std::uint32_t>*> sleeps_on_;
    std::vector<bool> in_task_;  // by worker
    std::uint32_t unfinished_ = 0;
    ExploreEnd end_ = ExploreEnd::finished;
    std::uint64_t seed_ = 0;
    std::uint64_t steps_ = 0;
    std::uint64_t switches_ = 0;
};

inline void ExploreWorker::step() const noexcept {
    pool_.step();
}
inline void ExploreWorker::relax() const noexcept {
    pool_.relax();
}
inline void ExploreWorker::wait(const std::atomic<std::uint32_t>& word,
                                std::uint32_t seen) const noexcept {
    pool_.wait(word, seen);
}
inline void ExploreWorker::wake_one(const std::atomic<std::uint32_t>& word) const noexcept {
    pool_.wake_one(word);
}
inline void ExploreWorker::wake_all(const std::atomic<std::uint32_t>& word) const noexcept {
    pool_.wake_all(word);
}

}  // namespace commitbench
