// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/sweep.hpp"

#include "harness/measure/span.hpp"
#include "harness/run/utc_time.hpp"

#include <fmt/format.h>

namespace commitbench::sweep {
namespace {

constexpr std::string_view kGoesOn = "the same command goes on where this ended";

class SweepRun {
  public:
    SweepRun(const SweepRequest& request, RunLog& log, Runner& runner, SweepProgress& progress)
        : request_(request),
          cells_(*request.cells),
          log_(log),
          runner_(runner),
          progress_(progress),
          schedule_(cells_, request.schedule),
          estimate_(estimate_from(log, cells_, runner)),
          varying_(varying_axes(cells_)) {
        for (const RunEntry& entry : log.entries()) {
            schedule_.note(entry);
        }
        schedule_.begin();
    }

    Result<SweepSummary> run() {
        while (const auto slot = schedule_.next()) {
            if (slot->repetition > asked_for_ && slot->repetition > request_.least_repetitions) {
                COMMITBENCH_TRY(ask(slot->repetition));
                continue;
            }
            if (is_set(request_.interrupt)) {
                return interrupted();
            }
            COMMITBENCH_TRY(run_slot(*slot));
        }
        progress_.end();
        return SweepSummary{schedule_.done(), fresh_, schedule_.given_up()};
    }

  private:
    /// Before any run of this repetition: who needs it?
    Status ask(std::uint64_t repetition) {
        const auto narrow = runner_.narrow_enough();
        if (!narrow) {
            progress_.end();
            return narrow.error().code == ErrorCode::interrupted ? interrupted().error()
                                                                 : narrow.error();
        }
        for (const std::string& cell : *narrow) {
            schedule_.stop_after(cell, repetition - 1);
        }
        asked_for_ = repetition;
        return {};
    }

    Status run_slot(const Slot& slot) {
        const SweepCell& cell = cells_[slot.cell];
        RunEntry entry;
        entry.plan_hash = request_.plan_hash;
        entry.cell = cell.id;
        entry.repetition = slot.repetition;
        entry.position = slot.position;
        entry.attempt = slot.attempt;
        entry.shard = request_.schedule.shard.text();
        entry.started_utc = utc_now();
        // While more repetitions may or may not be needed, only what is sure is counted.
        const std::vector<Slot> rest = sure(schedule_.remaining());
        progress_.begin_run(schedule_.done(), schedule_.done() + rest.size(),
                            seconds_of(rest, cells_, estimate_, runner_),
                            short_name(cell, varying_), entry);
        const std::uint64_t start = steady_now_ns();
        const auto outcome = runner_.run(cell);
        if (!outcome) {
            progress_.end();
            return outcome.error().code == ErrorCode::interrupted ? interrupted().error()
                                                                  : outcome.error();
        }
        entry.seconds = static_cast<double>(steady_now_ns() - start) / 1e9;
        entry.exit_code = outcome->exit_code;
        entry.error = outcome->error;
        entry.reason = outcome->reason;
        entry.status = outcome->result_line.empty() ? RunStatus::failed
                       : outcome->exit_code == 0    ? RunStatus::ok
                                                    : RunStatus::void_run;
        const std::string line = sweep_line(outcome->result_line, runner_.command(cell), entry,
                                            request_.plan->name, cell);
        if (const Status written = log_.append(line, entry); !written) {
            progress_.end();
            return Error{written.error().code,
                         fmt::format("{}; {}", written.error().message, kGoesOn)};
        }
        ++fresh_;
        schedule_.note(entry);
        if (entry.status == RunStatus::ok) {
            estimate_.note(cell.id, entry.seconds);
        }
        progress_.end_run(entry, figures_of(outcome->result_line).transactions_per_second);
        if (entry.system_refused()) {
            progress_.end();
            return Error{ErrorCode::io, fmt::format("{}; {}", entry.reason, kGoesOn)};
        }
        return {};
    }

    [[nodiscard]] std::vector<Slot> sure(std::vector<Slot> slots) const {
        std::erase_if(slots, [this](const Slot& slot) {
            return slot.repetition > std::max(asked_for_, request_.least_repetitions);
        });
        return slots;
    }

    Result<SweepSummary> interrupted() {
        progress_.end();
        return Error{ErrorCode::interrupted,
                     fmt::format("interrupted after {} runs of this sweep: the run that was under "
                                 "way left no line; {}",
                                 schedule_.done(), kGoesOn)};
    }

    const SweepRequest& request_;
    const std::vector<SweepCell>& cells_;
    RunLog& log_;
    Runner& runner_;
    SweepProgress& progress_;
    Schedule schedule_;
    Estimate estimate_;
    std::vector<std::string> varying_;
    std::uint64_t asked_for_ = 0;  // repetition
    std::uint64_t fresh_ = 0;
};

}  // namespace

Result<SweepSummary> run_sweep(const SweepRequest& request,
                               RunLog& log,
                               Runner& runner,
                               SweepProgress& progress) {
    return SweepRun(request, log, runner, progress).run();
}

double seconds_of(const std::vector<Slot>& slots,
                  const std::vector<SweepCell>& cells,
                  const Estimate& estimate,
                  Runner& runner) {
    double sum = 0;
    for (const Slot& slot : slots) {
        const SweepCell& cell = cells[slot.cell];
        sum += estimate.seconds(cell.id, estimate.knows(cell.id) ? RunSize() : runner.size(cell));
    }
    return sum;
}

Estimate estimate_from(const RunLog& log, const std::vector<SweepCell>& cells, Runner& runner) {
    Estimate estimate;
    for (const SweepCell& cell : cells) {
        estimate.expect(cell.id, runner.size(cell));
    }
    for (const RunEntry& entry : log.entries()) {
        if (entry.status == RunStatus::ok) {
            estimate.note(entry.cell, entry.seconds);
        }
    }
    return estimate;
}

}  // namespace commitbench::sweep
