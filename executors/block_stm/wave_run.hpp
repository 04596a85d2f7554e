// SPDX-License-Identifier: Apache-2.0
// WaveRun: a block that commits as a whole when nothing is left to validate (commit=end).
#pragma once

#include "executors/block_stm/block_run.hpp"
#include "executors/block_stm/changes.hpp"
#include "executors/block_stm/wave_scheduler.hpp"

namespace commitbench::block_stm {

template<class Worker, class Traps = NoTraps>
class WaveRun {
  public:
    explicit WaveRun(BlockRun& run)
        : run_(run),
          scheduler_(static_cast<std::uint32_t>(run.transactions.size()),
                     run.settings.word_status,
                     run.settings.first_wave) {}

    /// Called once on each worker.
    void work(Worker& worker) {
        View<Worker> view(worker, run_.versions, run_.shares[worker.index()], run_.settings);
        while (!has_ended(worker)) {
            Task task = scheduler_.next(worker);
            if (task.duty == Duty::none) {
                rest(worker);
            }
            while (task.duty != Duty::none) {
                task = task.duty == Duty::validate ? validate(worker, std::move(task))
                                                   : execute(worker, view, std::move(task));
            }
        }
    }

    /// After all workers have returned: counts what they did and collects the changes. False: the
    /// block has failed.
    template<class OneThread>
    [[nodiscard]] bool conclude(OneThread& worker) {
        for (std::uint32_t index = 0; index < run_.transactions.size(); ++index) {
            if (!accept(run_, run_.shares.front(), index)) {
                return false;
            }
        }
        return std::ranges::all_of(
            run_.shares, [&](WorkerShare& share) { return collect_changes(worker, share); });
    }

  private:
    using Duty = typename WaveScheduler<Traps>::Duty;
    using Task = typename WaveScheduler<Traps>::Task;

    bool has_ended(Worker& worker) {
        worker.step();
        return run_.failed.load() != 0 || scheduler_.is_done(worker);
    }

    Task execute(Worker& worker, View<Worker>& view, Task task) {
        while (!has_ended(worker)) {
            switch (execute_once(run_, worker, view, task.index, Mode::speculative)) {
                case Outcome::blocked:
                    if (scheduler_.suspend(worker, task, view.blocker())) {
                        return {};
                    }
                    continue;
                case Outcome::failed:
                    run_.failed.store(1);
                    return {};
                case Outcome::ended:
                    return scheduler_.finish_execution(worker, std::move(task),
                                                       run_.transactions[task.index].wrote_new_key);
            }
        }
        return {};
    }

    Task validate(Worker& worker, Task task) {
        Tally& tally = run_.shares[worker.index()].tally;
        ++tally.validations;
        Transaction& transaction = run_.transactions[task.index];
        const bool aborts =
            !MultiVersion::validate(worker, task.index, transaction, run_.settings.by_value) &&
            scheduler_.try_abort(worker, task);
        if (aborts) {
            ++tally.aborts;
            MultiVersion::retract(worker, transaction, run_.settings.estimates());
        }
        return scheduler_.finish_validation(worker, std::move(task), aborts);
    }

    void rest(Worker& worker) {
        const Stopwatch watch(run_.settings.times);
        worker.relax();
        Tally& tally = run_.shares[worker.index()].tally;
        watch.stop(run_.settings.times && scheduler_.is_begun(worker) ? tally.idle_ns
                                                                      : tally.wait_ns);
    }

    BlockRun& run_;
    WaveScheduler<Traps> scheduler_;
};

}  // namespace commitbench::block_stm
