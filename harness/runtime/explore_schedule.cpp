// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/explore_schedule.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace commitbench {

ExploreSchedule::ExploreSchedule(std::uint32_t workers)
    : place_(workers, kNowhere), priority_(workers, 0) {
    runnable_.reserve(workers);
    changes_.reserve(kChangePoints);
}

void ExploreSchedule::restart(std::uint64_t seed,
                              ExploreStrategy strategy,
                              std::uint32_t interruptions) {
    exhausted_ = false;
    interruptions_left_ = interruptions;
    if (strategy == ExploreStrategy::systematic) {
        if (seed == 0) {
            turns_.begin();
        } else {
            exhausted_ = !turns_.next_run();
        }
    }
    state_ = seed;
    digest_ = 0;
    strategy_ = strategy;
    if (strategy == ExploreStrategy::mixed) {
        strategy_ = random() % 2 == 0 ? ExploreStrategy::uniform : ExploreStrategy::priorities;
    }
    runnable_.clear();
    std::ranges::fill(place_, kNowhere);
    steps_ = 0;
    if (strategy_ != ExploreStrategy::systematic) {
        deal_priorities();
    }
}

void ExploreSchedule::deal_priorities() {
    lowest_ = 0;
    for (std::uint32_t worker = 0; worker < priority_.size(); ++worker) {
        priority_[worker] = worker + 1;
        std::swap(priority_[worker], priority_[below(worker + 1)]);
    }
    changes_.clear();
    const std::uint32_t length = 16U << below(11);
    for (std::uint32_t i = 0; i < kChangePoints; ++i) {
        changes_.push_back(1 + below(length));
    }
    std::ranges::sort(changes_, std::greater());
}

void ExploreSchedule::add(std::uint32_t worker) {
    place_[worker] = static_cast<std::uint32_t>(runnable_.size());
    runnable_.push_back(worker);
}

void ExploreSchedule::remove(std::uint32_t worker) {
    const std::uint32_t place = std::exchange(place_[worker], kNowhere);
    const std::uint32_t last = runnable_.back();
    runnable_.pop_back();
    if (last != worker) {
        runnable_[place] = last;
        place_[last] = place;
    }
}

std::uint32_t ExploreSchedule::next() {
    return chosen(strategy_ == ExploreStrategy::priorities
                      ? highest()
                      : runnable_[below(static_cast<std::uint32_t>(runnable_.size()))]);
}

std::uint32_t ExploreSchedule::next_after_step(std::uint32_t worker) {
    ++steps_;
    if (strategy_ == ExploreStrategy::systematic) {
        if (interruptions_left_ == 0 || runnable_.size() == 1) {
            return chosen(worker);
        }
        const std::uint32_t turn = below(static_cast<std::uint32_t>(runnable_.size()));
        if (turn == 0) {
            return chosen(worker);
        }
        --interruptions_left_;
        return chosen(other_than(worker, turn - 1));
    }
    while (!changes_.empty() && changes_.back() <= steps_) {
        changes_.pop_back();
        priority_[worker] = --lowest_;
    }
    return next();
}

std::uint32_t ExploreSchedule::next_after_relax(std::uint32_t worker) {
    if (strategy_ == ExploreStrategy::priorities) {
        priority_[worker] = --lowest_;
        return next();
    }
    const auto others = static_cast<std::uint32_t>(runnable_.size() - 1);
    if (others == 0) {
        return chosen(worker);
    }
    return chosen(other_than(worker, below(others)));
}

std::uint32_t ExploreSchedule::other_than(std::uint32_t worker, std::uint32_t which) const {
    return runnable_[which + (which >= place_[worker] ? 1 : 0)];
}

std::uint32_t ExploreSchedule::highest() const {
    return *std::ranges::max_element(runnable_, {},
                                     [this](std::uint32_t worker) { return priority_[worker]; });
}

std::uint32_t ExploreSchedule::chosen(std::uint32_t worker) noexcept {
    digest_ = (digest_ ^ (worker + 1)) * 0x100000001b3;  // FNV-1a's step
    return worker;
}

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
std::uint64_t ExploreSchedule::random() noexcept {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

std::uint32_t ExploreSchedule::below(std::uint32_t bound) {
    return strategy_ == ExploreStrategy::systematic
               ? turns_.choose(bound)
               : static_cast<std::uint32_t>(((random() >> 32) * bound) >> 32);
}

}  // namespace commitbench
