// SPDX-License-Identifier: Apache-2.0
// ExploreSchedule: who runs next in an explored run, chosen by a seed and by nothing else.
#pragma once

#include "harness/runtime/systematic_turns.hpp"

#include <cstdint>
#include <vector>

namespace commitbench {

enum class ExploreStrategy : std::uint8_t {
    /// The seed says which of the two; what half of the seeds misses the other half may find.
    mixed,
    /// Every step: any of those who can run, as likely as another. Good where many switches are
    /// needed, blind where one worker must stand still while others go a long way.
    uniform,
    /// The runnable worker with the highest priority, until it ends, waits, relaxes or comes to one
    /// of a few change points, where it gets the lowest one. Burckhardt, Kothari, Musuvathi,
    /// Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS
    /// 2010. They spread the change points over the length of the run; here the seed draws that
    /// length too, between 16 and 16,384 steps, since nobody knows it before.
    priorities,
    /// No seed: every order in which no more than so many workers are interrupted at a step, one
    /// after the other. Musuvathi, Qadeer, "Iterative context bounding for systematic testing of
    /// multithreaded programs", PLDI 2007. Whoever waits sleeps at once.
    systematic,
};

/// Knows workers by their index only. Not thread-safe.
class ExploreSchedule {
  public:
    /// INVARIANT: workers >= 1.
    explicit ExploreSchedule(std::uint32_t workers);

    /// Everything from here on follows from these. Nobody can run. `interruptions`: at most, where
    /// systematic; seed 0 then begins with the first order, and any other goes on to the next one.
    void restart(std::uint64_t seed, ExploreStrategy strategy, std::uint32_t interruptions = 0);
    /// The last restart() found no order that had not been.
    [[nodiscard]] bool exhausted() const noexcept { return exhausted_; }

    /// Of a worker that can run from now on, or no longer.
    void add(std::uint32_t worker);
    void remove(std::uint32_t worker);
    [[nodiscard]] bool empty() const noexcept { return runnable_.empty(); }

    /// The next one to run. INVARIANT: not empty().
    [[nodiscard]] std::uint32_t next();
    /// The same after `worker`, which can run, has taken a step: it may go on.
    [[nodiscard]] std::uint32_t next_after_step(std::uint32_t worker);
    /// The same after it has found nothing to do: another one wherever there is one.
    [[nodiscard]] std::uint32_t next_after_relax(std::uint32_t worker);

    /// 0 .. bound - 1, each as likely as another. INVARIANT: bound > 0.
    [[nodiscard]] std::uint32_t below(std::uint32_t bound);
    /// Whether one who waits sleeps now, or looks once more before.
    [[nodiscard]] bool sleeps() {
        return strategy_ == ExploreStrategy::systematic || below(2) != 0;
    }

    /// A digest of every choice since restart(): two runs with the same one went the same way.
    [[nodiscard]] std::uint64_t digest() const noexcept { return digest_; }

  private:
    static constexpr std::uint32_t kChangePoints = 3;
    static constexpr std::uint32_t kNowhere = ~std::uint32_t{0};

    [[nodiscard]] std::uint64_t random() noexcept;
    [[nodiscard]] std::uint32_t highest() const;
    /// Of those who can run but `worker`. INVARIANT: which < their number.
    [[nodiscard]] std::uint32_t other_than(std::uint32_t worker, std::uint32_t which) const;
    [[nodiscard]] std::uint32_t chosen(std::uint32_t worker) noexcept;
    void deal_priorities();

    std::uint64_t state_ = 0;  // of the random numbers
    std::uint64_t digest_ = 0;
    ExploreStrategy strategy_ = ExploreStrategy::uniform;
    std::vector<std::uint32_t> runnable_;  // in no order
    std::vector<std::uint32_t> place_;     // by worker: where in runnable_, or kNowhere
    std::vector<std::int64_t> priority_;   // by worker
    std::int64_t lowest_ = 0;              // priority that was given last to one who was set back
    std::uint64_t steps_ = 0;
    SystematicTurns turns_;
    std::uint32_t interruptions_left_ = 0;
    bool exhausted_ = false;
    std::vector<std::uint64_t> changes_;  // step numbers still to come, the next one last
};

}  // namespace commitbench
