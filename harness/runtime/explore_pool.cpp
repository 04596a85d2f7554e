// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/explore_pool.hpp"

#include "harness/runtime/pool_concept.hpp"
#include "harness/runtime/sanitizer_fibers.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace commitbench {

static_assert(Pool<ExplorePool>);

std::string ExploreOutcome::text() const {
    switch (end) {
        case ExploreEnd::finished:
            return fmt::format("seed {}: finished after {} steps", seed, steps);
        case ExploreEnd::deadlock:
            return fmt::format(
                "seed {}: deadlock after {} steps; worker{} {} wait{} for a wake-up that never "
                "comes",
                seed, steps, sleeping.size() == 1 ? "" : "s", fmt::join(sleeping, ", "),
                sleeping.size() == 1 ? "s" : "");
        case ExploreEnd::step_limit:
            return fmt::format("seed {}: no end after {} steps", seed, steps);
    }
    return {};
}

ExplorePool::ExplorePool(std::uint32_t workers, std::uint64_t seed, ExploreLimits limits)
    : workers_(workers),
      limits_(limits),
      schedule_(workers),
      fibers_(workers, limits.stack_bytes, &run_worker, this),
      sleeps_on_(workers, nullptr),
      in_task_(workers, false) {
    restart(seed);
}

void ExplorePool::restart(std::uint64_t seed) {
    for (std::uint32_t worker = 0; worker < workers_; ++worker) {
        if (in_task_[worker]) {
            fibers_.abandon(worker);
            in_task_[worker] = false;
        }
        sleeps_on_[worker] = nullptr;
    }
    schedule_.restart(seed, limits_.strategy, limits_.interruptions);
    end_ = ExploreEnd::finished;
    seed_ = seed;
    steps_ = 0;
    switches_ = 0;
}

ExploreOutcome ExplorePool::outcome() const {
    ExploreOutcome outcome{.end = end_,
                           .seed = seed_,
                           .steps = steps_,
                           .switches = switches_,
                           .digest = schedule_.digest(),
                           .sleeping = {}};
    for (std::uint32_t worker = 0; worker < workers_; ++worker) {
        if (sleeps_on_[worker] != nullptr) {
            outcome.sleeping.push_back(worker);
        }
    }
    return outcome;
}

bool ExplorePool::run_erased(Erased call, void* task) {
    if (end_ != ExploreEnd::finished) {
        return false;
    }
    const sanitizer::LeaksForgiven forgiven;
    call_ = call;
    task_ = task;
    unfinished_ = workers_;
    for (std::uint32_t worker = 0; worker < workers_; ++worker) {
        schedule_.add(worker);
    }
    fibers_.enter(schedule_.next());
    return end_ == ExploreEnd::finished;
}

/// What a fiber does for one run.
void ExplorePool::run_worker(void* pool, std::uint32_t index) {
    ExplorePool& self = *static_cast<ExplorePool*>(pool);
    ExploreWorker worker(self, index);
    self.in_task_[index] = true;
    self.call_(self.task_, worker);
    self.in_task_[index] = false;
    if (--self.unfinished_ == 0) {
        self.schedule_.remove(index);
        self.fibers_.leave();
    } else {
        self.go_on_without_current();
    }
}

void ExplorePool::step() {
    count_step();
    go_on_with(schedule_.next_after_step(fibers_.current()));
}

void ExplorePool::relax() {
    count_step();
    go_on_with(schedule_.next_after_relax(fibers_.current()));
}

void ExplorePool::wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen) {
    step();
    while (word.load(std::memory_order_acquire) == seen) {
        // A thread looks a few times before it sleeps, and may see a change that nobody wakes it
        // for; so both happen here.
        if (schedule_.sleeps()) {
            sleeps_on_[fibers_.current()] = &word;
            go_on_without_current();
        } else {
            relax();
        }
    }
}

void ExplorePool::wake_one(const std::atomic<std::uint32_t>& word) {
    step();
    const auto sleepers = static_cast<std::uint32_t>(std::ranges::count(sleeps_on_, &word));
    if (sleepers == 0) {
        return;
    }
    // The kernel promises no order.
    std::uint32_t skip = schedule_.below(sleepers);
    for (std::uint32_t worker = 0; worker < workers_; ++worker) {
        if (sleeps_on_[worker] == &word && skip-- == 0) {
            wake(worker);
            return;
        }
    }
}

void ExplorePool::wake_all(const std::atomic<std::uint32_t>& word) {
    step();
    for (std::uint32_t worker = 0; worker < workers_; ++worker) {
        if (sleeps_on_[worker] == &word) {
            wake(worker);
        }
    }
}

void ExplorePool::wake(std::uint32_t worker) {
    sleeps_on_[worker] = nullptr;
    schedule_.add(worker);
}

void ExplorePool::count_step() {
    if (++steps_ >= limits_.steps) {
        stop(ExploreEnd::step_limit);
    }
}

void ExplorePool::go_on_with(std::uint32_t worker) {
    if (worker != fibers_.current()) {
        ++switches_;
        fibers_.switch_to(worker);
    }
}

void ExplorePool::go_on_without_current() {
    schedule_.remove(fibers_.current());
    if (schedule_.empty()) {
        stop(ExploreEnd::deadlock);
    }
    go_on_with(schedule_.next());
}

/// Never returns to its caller: restart() forgets the fiber.
void ExplorePool::stop(ExploreEnd end) {
    end_ = end;
    fibers_.leave();
}

}  // namespace commitbench
