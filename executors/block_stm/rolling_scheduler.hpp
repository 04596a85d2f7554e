// SPDX-License-Identifier: Apache-2.0
// RollingScheduler: who runs which transaction next, with the committed prefix rolling forward
// while the block runs.
#pragma once

#include "executors/block_stm/speculation_window.hpp"
#include "executors/block_stm/transaction.hpp"
#include "executors/block_stm/traps.hpp"

#include <optional>
#include <span>

namespace commitbench::block_stm {

/// A transaction that the holder is to run; its phase is executing.
struct Claim {
    std::uint32_t index = 0;
    bool on_prefix = false;  ///< all below are committed, so it commits by having run
};

///   committed              begun, or to be begun again         untouched
///   |-----------------------|---------------------------|-----------------------|
///   0                    prefix                       cursor                  size
///
/// Transactions are claimed from the cursor on, but within the window beyond the prefix. The cursor
/// goes back to a transaction that became ready again.
///
/// A transaction is validated once, when all below it are committed. Who ends its execution looks
/// whether the prefix has come to it; who moves the prefix to it looks whether it has been
/// executed: in the one order of these four (all sequentially consistent) one of the two sees the
/// other, and where both do, one takes it. Where it does not validate, that worker runs it again at
/// once, and nothing can disturb it any more.
///
/// Suspended transactions name their blocker; who ends an execution looks for those that wait for
/// it, if anybody waits at all.
template<class Traps = NoTraps>
class RollingScheduler {
  public:
    RollingScheduler(std::span<Transaction> transactions, bool hand_off, SpeculationWindow& window)
        : transactions_(transactions),
          size_(static_cast<std::uint32_t>(transactions.size())),
          hand_off_(hand_off),
          window_(window) {}

    [[nodiscard]] bool is_done() const noexcept { return prefix_.load() >= size_; }
    /// Everything was begun, or is about to be.
    [[nodiscard]] bool is_begun() const noexcept { return cursor_.load() >= size_; }

    /// Something to run, or nothing just now.
    template<class Worker>
    [[nodiscard]] std::optional<Claim> claim(Worker& worker) {
        while (true) {
            worker.step();
            const std::uint32_t prefix = prefix_.load();
            if (prefix >= size_) {
                return std::nullopt;
            }
            if (hand_off_ && try_claim(worker, prefix)) {
                return Claim{prefix, true};
            }
            worker.step();
            std::uint32_t cursor = cursor_.load();
            if (const std::uint32_t first = first_for_cursor(prefix); cursor < first) {
                worker.step();
                cursor_.compare_exchange_strong(cursor, first);
                continue;
            }
            if (cursor >= limit(prefix)) {
                return std::nullopt;
            }
            worker.step();
            const std::uint32_t index = cursor_.fetch_add(1);
            if (index < size_ && try_claim(worker, index)) {
                worker.step();
                return Claim{index, prefix_.load() == index};
            }
        }
    }

    /// claim() would find something, or the block is done.
    template<class Worker>
    [[nodiscard]] bool has_news(Worker& worker) const {
        worker.step();
        const std::uint32_t prefix = prefix_.load();
        if (prefix >= size_) {
            return true;
        }
        worker.step();
        if (hand_off_ && transactions_[prefix].phase.load() == Phase::ready) {
            return true;
        }
        worker.step();
        return std::max(cursor_.load(), first_for_cursor(prefix)) < limit(prefix);
    }

    /// There is something for another worker than the one who asks, or the block is done.
    template<class Worker>
    [[nodiscard]] bool has_more(Worker& worker) const {
        worker.step();
        const std::uint32_t prefix = prefix_.load();
        worker.step();
        return prefix >= size_ || std::max(cursor_.load(), prefix + 1) < limit(prefix);
    }

    /// The execution of a claim met an estimate of `blocker`.
    template<class Worker>
    void suspend(Worker& worker, std::uint32_t index, std::uint32_t blocker) {
        Transaction& transaction = transactions_[index];
        if constexpr (Traps::kLostSuspension) {
            worker.step();
            if (has_ended(blocker)) {
                transaction.phase.store(Phase::ready);
                lower_cursor(worker, index);
                return;
            }
        }
        window_.waste();
        worker.step();
        suspended_.fetch_add(1);
        worker.step();
        std::uint32_t end = suspended_end_.load();
        while (end <= index && !suspended_end_.compare_exchange_weak(end, index + 1)) {
            worker.step();
        }
        transaction.blocker.store(blocker);
        worker.step();
        transaction.phase.store(kSuspended);
        if constexpr (!Traps::kLostSuspension) {
            // Look again: the blocker may have ended before anybody could see who waits for it.
            worker.step();
            if (has_ended(blocker)) {
                wake(worker, index);
            }
        }
    }

    /// The execution of a claim came to its end. `commits` says what committing means:
    /// validate(index), settle(index), abort(index). A claim that it gives is the caller's to run.
    template<class Worker, class Commits>
    [[nodiscard]] std::optional<Claim> finish(Worker& worker, Claim claim, Commits& commits) {
        worker.step();
        if (claim.on_prefix) {
            window_.record_on_prefix();
            commit(worker, claim.index);
            wake_waiting_for(worker, claim.index);
            return roll(worker, claim.index + 1, commits);
        }
        transactions_[claim.index].phase.store(Phase::executed);
        wake_waiting_for(worker, claim.index);
        worker.step();
        return prefix_.load() == claim.index ? roll(worker, claim.index, commits) : std::nullopt;
    }

  private:
    static constexpr Phase kSuspended =
        Traps::kOverloadedAbort ? Phase::aborting : Phase::suspended;

    [[nodiscard]] std::uint32_t first_for_cursor(std::uint32_t prefix) const noexcept {
        return hand_off_ ? prefix + 1 : prefix;
    }
    [[nodiscard]] std::uint32_t limit(std::uint32_t prefix) const noexcept {
        return prefix + std::min(window_.width(), size_ - prefix);
    }

    template<class Worker>
    bool try_claim(Worker& worker, std::uint32_t index) {
        std::atomic<Phase>& phase = transactions_[index].phase;
        worker.step();
        Phase seen = phase.load();
        worker.step();
        if (seen != Phase::ready || !phase.compare_exchange_strong(seen, Phase::executing)) {
            return false;
        }
        return true;
    }

    [[nodiscard]] bool has_ended(std::uint32_t index) const {
        const Phase phase = transactions_[index].phase.load();
        return phase == Phase::executed || phase == Phase::checking || phase == Phase::committed;
    }

    template<class Worker>
    void lower_cursor(Worker& worker, std::uint32_t index) {
        worker.step();
        std::uint32_t cursor = cursor_.load();
        while (cursor > index && !cursor_.compare_exchange_weak(cursor, index)) {
            worker.step();
        }
    }

    template<class Worker>
    void wake(Worker& worker, std::uint32_t index) {
        worker.step();
        Phase expected = kSuspended;
        if (transactions_[index].phase.compare_exchange_strong(expected, Phase::ready)) {
            worker.step();
            suspended_.fetch_sub(1);
            lower_cursor(worker, index);
        }
    }

    template<class Worker>
    void wake_waiting_for(Worker& worker, std::uint32_t index) {
        worker.step();
        if (suspended_.load() == 0) {
            return;
        }
        worker.step();
        const std::uint32_t end = suspended_end_.load();
        for (std::uint32_t above = index + 1; above < end; ++above) {
            worker.step();
            if (transactions_[above].phase.load() == kSuspended &&
                transactions_[above].blocker.load() == index) {
                wake(worker, above);
            }
        }
    }

    /// The caller is the only one who may: it ran `index` on the prefix, or validated it.
    template<class Worker>
    void commit(Worker& worker, std::uint32_t index) {
        window_.count(index);
        transactions_[index].phase.store(Phase::committed);
        worker.step();
        prefix_.store(index + 1);
    }

    /// Commits from `index` on, which the prefix has come to, as far as transactions are executed.
    template<class Worker, class Commits>
    [[nodiscard]] std::optional<Claim> roll(Worker& worker, std::uint32_t index, Commits& commits) {
        for (; index < size_; ++index) {
            std::atomic<Phase>& phase = transactions_[index].phase;
            worker.step();
            Phase seen = phase.load();
            worker.step();
            if (seen != Phase::executed || !phase.compare_exchange_strong(seen, Phase::checking)) {
                return std::nullopt;
            }
            const bool valid = commits.validate(worker, index);
            window_.record(valid);
            if (!valid) {
                phase.store(Phase::aborting);
                commits.abort(worker, index);
                worker.step();
                phase.store(Phase::executing);
                return Claim{index, true};
            }
            if (!commits.settle(worker, index)) {
                return std::nullopt;  // the block has failed
            }
            commit(worker, index);
        }
        return std::nullopt;
    }

    std::span<Transaction> transactions_;
    std::uint32_t size_;
    bool hand_off_;
    SpeculationWindow& window_;
    alignas(64) std::atomic<std::uint32_t> prefix_{0};
    alignas(64) std::atomic<std::uint32_t> cursor_{0};
    alignas(64) std::atomic<std::uint32_t> suspended_{0};
    std::atomic<std::uint32_t> suspended_end_{0};  // above all that ever were suspended
};

}  // namespace commitbench::block_stm
