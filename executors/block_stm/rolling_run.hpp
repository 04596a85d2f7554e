// SPDX-License-Identifier: Apache-2.0
// RollingRun: a block whose committed prefix rolls forward while it runs (commit=rolling).
#pragma once

#include "executors/block_stm/block_run.hpp"
#include "executors/block_stm/changes.hpp"
#include "executors/block_stm/rolling_scheduler.hpp"
#include "harness/runtime/bell.hpp"

namespace commitbench::block_stm {

template<class Worker, class Traps = NoTraps>
class RollingRun {
  public:
    RollingRun(BlockRun& run, SpeculationWindow& window)
        : run_(run), scheduler_(run.transactions, run.settings.hand_off, window) {}

    /// Called once on each of several workers.
    void work(Worker& worker) {
        View<Worker> view(worker, run_.versions, share(worker), run_.settings);
        std::optional<Claim> claim;
        while (true) {
            worker.step();
            if (run_.failed.load() != 0 || scheduler_.is_done()) {
                break;
            }
            if (!claim) {
                claim = scheduler_.claim(worker);
            }
            if (claim) {
                claim = carry_out(worker, view, *claim);
            } else {
                rest(worker);
            }
        }
        bell_.ring(worker, Bell<>::kEverybody);
        worker.step();
        if (run_.failed.load() == 0) {
            collect(worker);
        }
    }

    /// All of the block on the one worker there is: every transaction begins on the prefix.
    void work_alone(Worker& worker) {
        WorkerShare& mine = share(worker);
        View<Worker> view(worker, run_.versions, mine, run_.settings);
        const Mode mode = run_.settings.check ? Mode::on_prefix : Mode::alone;
        for (std::uint32_t index = 0; index < run_.transactions.size(); ++index) {
            if (execute_once(run_, worker, view, index, mode) != Outcome::ended ||
                !accept(run_, mine, index)) {
                return;
            }
        }
        collect(worker);
    }

    // What committing means, for the scheduler.

    [[nodiscard]] bool validate(Worker& worker, std::uint32_t index) {
        ++share(worker).tally.validations;
        return MultiVersion::validate(worker, index, run_.transactions[index],
                                      run_.settings.by_value);
    }
    void abort(Worker& worker, std::uint32_t index) {
        ++share(worker).tally.aborts;
        MultiVersion::retract(worker, run_.transactions[index], run_.settings.estimates());
    }
    /// Turns the transaction's deltas into sums, so that no reader ever walks further down than
    /// the committed prefix. False: the block has failed.
    [[nodiscard]] bool settle(Worker& worker, std::uint32_t index) {
        WorkerShare& mine = share(worker);
        const Transaction& transaction = run_.transactions[index];
        bool good = accept(run_, mine, index);
        if (transaction.has_deltas) {
            for (Version* version = transaction.versions; version != nullptr && good;
                 version = version->sibling) {
                good = settle_version(worker, mine, *version);
            }
        }
        if (!good) {
            run_.failed.store(1);
        }
        return good;
    }

  private:
    /// Its error, if any, is found in the share.
    void collect(Worker& worker) { static_cast<void>(collect_changes(worker, share(worker))); }

    WorkerShare& share(Worker& worker) { return run_.shares[worker.index()]; }

    std::optional<Claim> carry_out(Worker& worker, View<Worker>& view, Claim claim) {
        switch (execute_once(run_, worker, view, claim.index,
                             claim.on_prefix ? Mode::on_prefix : Mode::speculative)) {
            case Outcome::blocked:
                scheduler_.suspend(worker, claim.index, view.blocker());
                return std::nullopt;
            case Outcome::failed:
                run_.failed.store(1);
                return std::nullopt;
            case Outcome::ended:
                break;
        }
        if (claim.on_prefix && !accept(run_, share(worker), claim.index)) {
            run_.failed.store(1);
            return std::nullopt;
        }
        const std::optional<Claim> next = scheduler_.finish(worker, claim, *this);
        if (bell_.has_sleepers(worker) && scheduler_.has_more(worker)) {
            bell_.ring(worker, Bell<>::kEverybody);
        }
        return next;
    }

    void rest(Worker& worker) {
        const Stopwatch watch(run_.settings.times);
        const bool begun = scheduler_.is_begun();
        bell_.wait(worker, [&] {
            worker.step();
            return run_.failed.load() != 0 || scheduler_.has_news(worker);
        });
        Tally& tally = share(worker).tally;
        watch.stop(begun ? tally.idle_ns : tally.wait_ns);
    }

    bool settle_version(Worker& worker, WorkerShare& mine, Version& version) {
        const Payload payload(version.payload.load(std::memory_order_relaxed));
        const Value* delta = payload.value();
        if (delta == nullptr || delta->kind != ValueKind::delta) {
            return true;
        }
        const Below below =
            MultiVersion::resolve(worker, version.next.load(std::memory_order_acquire));
        const Value* counter =
            below.value != nullptr ? below.value : MultiVersion::base(worker, *version.entry, mine);
        if (counter == nullptr) {
            return false;
        }
        const Value* sum = MultiVersion::sum(*counter, below.sum + delta->amount(), mine.memory);
        worker.step();
        version.payload.store(Payload(sum, Mark::published).word(), std::memory_order_release);
        return true;
    }

    BlockRun& run_;
    RollingScheduler<Traps> scheduler_;
    Bell<> bell_;
};

}  // namespace commitbench::block_stm
