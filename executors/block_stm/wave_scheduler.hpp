// SPDX-License-Identifier: Apache-2.0
// WaveScheduler: the collaborative scheduler of the Block-STM paper (Gelashvili and others, PPoPP
// 2023, algorithms 4 and 5).
#pragma once

#include "executors/block_stm/transaction.hpp"
#include "executors/block_stm/traps.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace commitbench::block_stm {

/// Two counters sweep over the transactions, one claims executions, the other validations; both go
/// back where something below has changed. The block is done where both are through, nobody is
/// active, and neither went back meanwhile. Differs from the paper's listing in that the count of
/// the active is held by an object that gives it back exactly once, whatever way a task goes.
///
/// Where `by_word`, a transaction's status (incarnation and phase) changes by one compare-and-swap,
/// else under a lock of its own as in the paper. Where `first_wave`, the validations wait at a
/// transaction that is still to be executed instead of passing it.
template<class Traps = NoTraps>
class WaveScheduler {
  public:
    /// One unit of the active count.
    class Hold {
      public:
        template<class Worker>
        Hold(Worker& worker, std::atomic<std::uint32_t>& active) : active_(&active) {
            worker.step();
            active.fetch_add(1);
        }
        Hold() = default;
        Hold(Hold&& other) noexcept : active_(std::exchange(other.active_, nullptr)) {}
        Hold& operator=(Hold&& other) noexcept {
            std::swap(active_, other.active_);  // what was held before goes with `other`
            return *this;
        }
        ~Hold() {
            if (active_ != nullptr) {
                active_->fetch_sub(1);
            }
        }

      private:
        std::atomic<std::uint32_t>* active_ = nullptr;
    };

    enum class Duty : std::uint8_t { none, execute, validate };
    struct Task {
        Duty duty = Duty::none;
        std::uint32_t index = 0;
        std::uint32_t incarnation = 0;
        Hold hold{};
    };

    WaveScheduler(std::uint32_t size, bool by_word, bool first_wave)
        : size_(size),
          by_word_(by_word),
          first_wave_(first_wave),
          states_(std::make_unique<State[]>(size)) {}

    template<class Worker>
    [[nodiscard]] bool is_done(Worker& worker) const {
        worker.step();
        return done_.load() != 0;
    }
    template<class Worker>
    [[nodiscard]] bool is_begun(Worker& worker) const {
        worker.step();
        return execution_.load() >= size_;
    }

    /// Something to do, or nothing just now.
    template<class Worker>
    [[nodiscard]] Task next(Worker& worker) {
        worker.step();
        const std::uint32_t validation = validation_.load();
        worker.step();
        const bool validates =
            validation < execution_.load() &&
            (!first_wave_ ||
             (validation < size_ && phase_of(status(worker, validation)) == Phase::executed));
        const Duty duty = validates ? Duty::validate : Duty::execute;
        std::atomic<std::uint32_t>& counter = validates ? validation_ : execution_;
        worker.step();
        if (counter.load() >= size_) {
            check_done(worker);
            return {};
        }
        if constexpr (Traps::kClaimBeforeCount) {
            worker.step();
            const std::uint32_t index = counter.fetch_add(1);
            return take(worker, index, duty, Hold(worker, active_));
        } else {
            Hold hold(worker, active_);
            worker.step();
            const std::uint32_t index = counter.fetch_add(1);
            return take(worker, index, duty, std::move(hold));
        }
    }

    /// The execution met an estimate of `blocker`. False: that one has ended meanwhile, run again.
    template<class Worker>
    [[nodiscard]] bool suspend(Worker& worker, const Task& task, std::uint32_t blocker) {
        State& other = states_[blocker];
        if constexpr (Traps::kLostSuspension) {
            if (phase_of(status(worker, blocker)) == Phase::executed) {
                return false;
            }
        }
        lock(worker, other.waiting_lock);
        if (!Traps::kLostSuspension && phase_of(status(worker, blocker)) == Phase::executed) {
            unlock(worker, other.waiting_lock);
            return false;
        }
        set(worker, task.index, word(task.incarnation, Phase::suspended));
        other.waiting.push_back(task.index);
        unlock(worker, other.waiting_lock);
        return true;
    }

    template<class Worker>
    [[nodiscard]] Task finish_execution(Worker& worker, Task task, bool wrote_new_key) {
        State& state = states_[task.index];
        set(worker, task.index, word(task.incarnation, Phase::executed));
        lock(worker, state.waiting_lock);
        const std::vector<std::uint32_t> waiting = std::exchange(state.waiting, {});
        unlock(worker, state.waiting_lock);
        if (!waiting.empty()) {
            for (const std::uint32_t index : waiting) {
                make_ready(worker, index);
            }
            lower(worker, execution_, *std::ranges::min_element(waiting));
        }
        worker.step();
        if (validation_.load() > task.index) {
            if (!wrote_new_key) {
                task.duty = Duty::validate;
                return task;
            }
            lower(worker, validation_, task.index);
        }
        return {};
    }

    /// Makes the caller the one who aborts the execution that `task` found invalid.
    template<class Worker>
    [[nodiscard]] bool try_abort(Worker& worker, const Task& task) {
        return change(worker, task.index, word(task.incarnation, Phase::executed),
                      word(task.incarnation, Phase::aborting));
    }

    template<class Worker>
    [[nodiscard]] Task finish_validation(Worker& worker, Task task, bool aborted) {
        if (!aborted) {
            return {};
        }
        make_ready(worker, task.index);
        lower(worker, validation_, task.index + 1);
        worker.step();
        if (execution_.load() <= task.index) {
            return {};
        }
        return take(worker, task.index, Duty::execute, std::move(task.hold));
    }

  private:
    struct alignas(64) State {
        std::atomic<std::uint32_t> word{0};  // incarnation << 3 | phase
        std::atomic<std::uint32_t> word_lock{0};
        std::atomic<std::uint32_t> waiting_lock{0};
        std::vector<std::uint32_t> waiting;  // transactions suspended on this one
    };

    [[nodiscard]] static std::uint32_t word(std::uint32_t incarnation, Phase phase) noexcept {
        return incarnation << 3 | static_cast<std::uint32_t>(phase);
    }
    [[nodiscard]] static Phase phase_of(std::uint32_t word) noexcept {
        return static_cast<Phase>(word & 7);
    }

    template<class Worker>
    static void lock(Worker& worker, std::atomic<std::uint32_t>& word) {
        worker.step();
        while (word.exchange(1, std::memory_order_acquire) != 0) {
            worker.relax();
        }
    }
    template<class Worker>
    static void unlock(Worker& worker, std::atomic<std::uint32_t>& word) {
        worker.step();
        word.store(0, std::memory_order_release);
    }

    template<class Worker>
    [[nodiscard]] std::uint32_t status(Worker& worker, std::uint32_t index) const {
        State& state = states_[index];
        if (!by_word_) {
            lock(worker, state.word_lock);
        }
        worker.step();
        const std::uint32_t seen = state.word.load();
        if (!by_word_) {
            unlock(worker, state.word_lock);
        }
        return seen;
    }

    template<class Worker>
    void set(Worker& worker, std::uint32_t index, std::uint32_t to) {
        State& state = states_[index];
        if (!by_word_) {
            lock(worker, state.word_lock);
        }
        worker.step();
        state.word.store(to);
        if (!by_word_) {
            unlock(worker, state.word_lock);
        }
    }

    template<class Worker>
    [[nodiscard]] bool change(Worker& worker,
                              std::uint32_t index,
                              std::uint32_t from,
                              std::uint32_t to) {
        State& state = states_[index];
        if (by_word_) {
            worker.step();
            return state.word.compare_exchange_strong(from, to);
        }
        lock(worker, state.word_lock);
        const bool changes = state.word.load() == from;
        if (changes) {
            state.word.store(to);
        }
        unlock(worker, state.word_lock);
        return changes;
    }

    /// Ends `suspended` or `aborting`: the caller is the only one who may.
    template<class Worker>
    void make_ready(Worker& worker, std::uint32_t index) {
        const std::uint32_t incarnation = status(worker, index) >> 3;
        set(worker, index, word(incarnation + 1, Phase::ready));
    }

    template<class Worker>
    void lower(Worker& worker, std::atomic<std::uint32_t>& counter, std::uint32_t index) {
        worker.step();
        std::uint32_t seen = counter.load();
        while (seen > index && !counter.compare_exchange_weak(seen, index)) {
            worker.step();
        }
        worker.step();
        lowered_.fetch_add(1);
    }

    template<class Worker>
    void check_done(Worker& worker) {
        worker.step();
        const std::uint32_t seen = lowered_.load();
        worker.step();
        const bool through = execution_.load() >= size_ && validation_.load() >= size_;
        worker.step();
        if (through && active_.load() == 0) {
            worker.step();
            if (lowered_.load() == seen) {
                done_.store(1);
            }
        }
    }

    template<class Worker>
    [[nodiscard]] Task take(Worker& worker, std::uint32_t index, Duty duty, Hold hold) {
        if (index < size_) {
            const std::uint32_t seen = status(worker, index);
            const std::uint32_t incarnation = seen >> 3;
            const bool taken = duty == Duty::validate
                                   ? phase_of(seen) == Phase::executed
                                   : change(worker, index, word(incarnation, Phase::ready),
                                            word(incarnation, Phase::executing));
            if (taken) {
                return {duty, index, incarnation, std::move(hold)};
            }
        }
        if constexpr (Traps::kDoubleDecrement) {
            worker.step();
            active_.fetch_sub(1);
        }
        return {};
    }

    std::uint32_t size_;
    bool by_word_;
    bool first_wave_;
    std::unique_ptr<State[]> states_;
    alignas(64) std::atomic<std::uint32_t> execution_{0};
    alignas(64) std::atomic<std::uint32_t> validation_{0};
    alignas(64) std::atomic<std::uint32_t> lowered_{0};
    alignas(64) std::atomic<std::uint32_t> active_{0};
    std::atomic<std::uint32_t> done_{0};
};

}  // namespace commitbench::block_stm
