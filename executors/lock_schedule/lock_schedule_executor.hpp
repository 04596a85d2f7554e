// SPDX-License-Identifier: Apache-2.0
// The executor `lock-schedule`, over any pool.
//
//   receive   declared sets (untimed)
//   execute   ids of keys and locks -> order (LockScheduler or Waves) -> every transaction on the
//             slots -> StateDiff
#pragma once

#include "executors/lock_schedule/declared_block.hpp"
#include "executors/lock_schedule/lock_ids.hpp"
#include "executors/lock_schedule/slot_access.hpp"
#include "executors/lock_schedule/transaction_times.hpp"
#include "executors/lock_schedule/waves.hpp"
#include "harness/core/executor.hpp"

#include <fmt/format.h>

namespace commitbench {

template<Pool P, class Traits = SchedulerTraits>
class LockScheduleExecutor final : public Executor {
  public:
    using Worker = typename P::Worker;

    /// Borrows the pool.
    LockScheduleExecutor(P& pool, const LockScheduleSettings& settings)
        : pool_(pool),
          settings_(settings),
          ids_(settings.resolve_keys, settings.lock_bits),
          scheduler_(pool, settings.plan),
          hands_(pool.workers()) {}

    Status prepare(StateSource& state) override {
        for (Hand& hand : hands_) {
            auto reader = state.open_reader();
            if (!reader) {
                return reader.error();
            }
            hand.reader = std::move(*reader);
        }
        return {};
    }

    Status receive(const Block& block) override {
        if (hands_.front().reader == nullptr) {
            return Error{ErrorCode::unsupported,
                         "lock-schedule: receive() was called before prepare()"};
        }
        return declared_.receive(block, *hands_.front().reader, settings_);
    }

    Result<const BlockResult*> execute(const Block& block) override {
        if (!declared_.is(block)) {
            return Error{ErrorCode::unsupported,
                         fmt::format("lock-schedule: execute() of block {} was called before "
                                     "receive()",
                                     block.number())};
        }
        order(block);
        slots_.begin(ids_.keys().size());
        for (Hand& hand : hands_) {
            hand.access.begin_block(slots_, *hand.reader);
            hand.executed = 0;
            hand.aborted = 0;
            hand.error.reset();
        }
        result_.clear();
        result_.receipts.resize(block.size());
        times_.begin(settings_.times ? block.size() : 0);
        ahead_.store(0, std::memory_order_relaxed);
        if (!run(block)) {
            return Error{ErrorCode::unsupported,
                         "lock-schedule: the pool gave up on the block, for it would never end"};
        }
        times_.end(declared_.graph(), pool_.workers());
        COMMITBENCH_TRY(sum_up(block));
        slots_.collect(ids_.keys(), result_.diff);
        result_.diff.sort();
        return &result_;
    }

    [[nodiscard]] bool needs_access_sets() const override {
        return settings_.declared != Declared::stale;
    }

    void counters(CounterVisitor& visitor) const override {
        visitor.counter("reads", totals_.reads);
        visitor.counter("state_reads", totals_.state_reads);
        visitor.counter("writes", totals_.writes);
        visitor.counter("executions", executions_);
        visitor.counter("validations", 0);
        visitor.counter("suspensions", 0);
        visitor.counter("aborts", aborts_);
        visitor.counter("edges", edges_);
        visitor.counter("false_conflicts", false_conflicts_);
        visitor.counter("longest_chain", longest_chain_);
        if (settings_.batch != 0) {
            visitor.counter("waves", wave_count_);
        }
        if (settings_.prefetch) {
            visitor.counter("fetched_ahead", totals_.fetched_ahead);
        }
        if (settings_.times) {
            times_.counters(visitor);
        }
    }

    void facts(FactVisitor& visitor) const override {
        visitor.fact("threads", std::to_string(pool_.workers()),
                     settings_.plan.dedicated && pool_.workers() > 1
                         ? "one of them releases transactions and runs none"
                         : "each releases what waited for the transactions it ran");
        visitor.fact("aborts_on", "undeclared access",
                     "such a transaction has no writes and a fixed receipt, whatever the number of "
                     "workers; with exact sets there is none");
        visitor.fact("edges_count", "declared sets, in locks",
                     "the precedence graph's, and false_conflicts those between transactions "
                     "that do not conflict in their exact sets (0 where these are not known)");
    }

  private:
    /// What a worker has of its own.
    struct alignas(64) Hand {
        std::unique_ptr<StateReader> reader;
        SlotAccess<Worker> access;
        std::uint64_t executed = 0;
        std::uint64_t aborted = 0;
        std::optional<Error> error;
    };
    /// Keys that a worker fetches before it looks for transactions again.
    static constexpr std::uint32_t kAhead = 8;

    void order(const Block& block) {
        const std::size_t accesses = declared_.sets().accesses().size();
        ids_.begin(declared_);
        if (settings_.batch != 0) {
            waves_.begin(ids_.most_locks(), settings_.batch);
            for (std::uint32_t index = 0; index < block.size(); ++index) {
                waves_.add(ids_.next_row());
            }
            wave_count_ += waves_.count();
        } else {
            scheduler_.begin(block.size(), ids_.most_locks(), accesses);
            for (std::uint32_t index = 0; index < block.size(); ++index) {
                scheduler_.add(ids_.next_row());
            }
        }
    }

    bool run(const Block& block) {
        const auto run_one = [&](Worker& worker, std::uint32_t index) {
            Hand& hand = hands_[worker.index()];
            times_.started(index);
            const Receipt receipt = hand.access.execute(worker, block, index, ids_.row_of(index));
            times_.ended(index);
            if (hand.access.error()) {
                return false;
            }
            if (receipt.status == TxStatus::stopped) {
                hand.error =
                    Error{ErrorCode::unsupported,
                          fmt::format("lock-schedule: transaction {} of block {} stopped although "
                                      "every read was answered: a mistake of the workload",
                                      index, block.number())};
                return false;
            }
            result_.receipts[index] = receipt;
            ++hand.executed;
            hand.aborted += hand.access.broke_out() ? 1U : 0U;
            return true;
        };
        if (settings_.batch != 0) {
            return waves_.run(pool_, run_one);
        }
        return scheduler_.run(
            run_one, [&](Worker& worker) { return settings_.prefetch && fetch_ahead(worker); });
    }

    bool fetch_ahead(Worker& worker) {
        const std::span<const Access> accesses = ids_.accesses();
        worker.step();
        const std::uint32_t begin = ahead_.fetch_add(kAhead, std::memory_order_relaxed);
        if (begin >= accesses.size()) {
            ahead_.store(static_cast<std::uint32_t>(accesses.size()), std::memory_order_relaxed);
            return false;
        }
        Hand& hand = hands_[worker.index()];
        const std::size_t end = std::min<std::size_t>(begin + kAhead, accesses.size());
        for (std::size_t i = begin; i < end && !hand.access.error(); ++i) {
            hand.access.fetch_ahead(worker, declared_.keys()[i], accesses[i].key);
        }
        return true;
    }

    Status sum_up(const Block& block) {
        std::uint64_t executed = 0;
        for (Hand& hand : hands_) {
            if (hand.access.error()) {
                return *hand.access.error();
            }
            if (hand.error) {
                return *hand.error;
            }
            executed += hand.executed;
            aborts_ += hand.aborted;
            result_.reads += hand.access.counts.reads;
            result_.state_reads += hand.access.counts.state_reads;
            result_.writes += hand.access.counts.writes;
            totals_.fetched_ahead += hand.access.counts.fetched_ahead;
        }
        if (executed != block.size()) {
            return Error{ErrorCode::unsupported,
                         fmt::format("lock-schedule: {} transactions ran of the {} that block {} "
                                     "has: a mistake of the scheduler",
                                     executed, block.size(), block.number())};
        }
        totals_.reads += result_.reads;
        totals_.state_reads += result_.state_reads;
        totals_.writes += result_.writes;
        executions_ += executed;
        edges_ += declared_.parallelism().edges;
        false_conflicts_ += declared_.false_conflicts();
        longest_chain_ += declared_.parallelism().longest_chain;
        return {};
    }

    P& pool_;
    LockScheduleSettings settings_;
    DeclaredBlock declared_;
    LockIds ids_;
    LockScheduler<P, Traits> scheduler_;
    Waves waves_;  // instead, where settings_.batch is not 0
    std::vector<Hand> hands_;
    Slots slots_;
    BlockResult result_;
    TransactionTimes times_;
    std::atomic<std::uint32_t> ahead_{0};  // place in ids_.accesses() to fetch next

    AccessCounts totals_;
    std::uint64_t executions_ = 0;
    std::uint64_t aborts_ = 0;
    std::uint64_t edges_ = 0;
    std::uint64_t false_conflicts_ = 0;
    std::uint64_t longest_chain_ = 0;
    std::uint64_t wave_count_ = 0;
};

}  // namespace commitbench
