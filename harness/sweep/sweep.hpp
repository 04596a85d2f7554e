// SPDX-License-Identifier: Apache-2.0
// A sweep: run after run, each written down before the next one starts.
#pragma once

#include "harness/run/interrupt_flag.hpp"
#include "harness/sweep/estimate.hpp"
#include "harness/sweep/run_log.hpp"
#include "harness/sweep/sweep_progress.hpp"

namespace commitbench::sweep {

/// What became of one run.
struct RunOutcome {
    int exit_code = 0;
    std::string result_line;  ///< empty where it came to no result
    std::string error;        ///< where there is none: name of the ErrorCode, or "crash"
    std::string reason;       ///< where void or failed
};

/// How cells are run. The CLI starts processes; tests do not.
class Runner {
  public:
    virtual ~Runner() = default;
    /// One run of the cell in a fresh process. An Error ends the sweep (interrupted, or no process
    /// could be started).
    [[nodiscard]] virtual Result<RunOutcome> run(const SweepCell& cell) = 0;
    /// The words after "commitbench", for the line of a run that failed.
    [[nodiscard]] virtual std::vector<std::string> command(const SweepCell& cell) const = 0;
    /// Ids of the cells whose interval is narrow enough.
    [[nodiscard]] virtual Result<std::vector<std::string>> narrow_enough() = 0;
    /// For estimates.
    [[nodiscard]] virtual RunSize size(const SweepCell& cell) = 0;
};

struct SweepRequest {
    const Plan* plan = nullptr;
    const std::vector<SweepCell>* cells = nullptr;
    std::string plan_hash;
    ScheduleSettings schedule;  ///< repetitions: the most there may be
    /// Repetitions that every cell gets. Fewer than schedule.repetitions: after that many,
    /// Runner::narrow_enough() is asked before every further one.
    std::uint64_t least_repetitions = 0;
    InterruptFlag interrupt = nullptr;
};

struct SweepSummary {
    std::uint64_t done = 0;   ///< runs that are ok, earlier ones included
    std::uint64_t fresh = 0;  ///< of this start, whatever came of them
    std::vector<std::string> given_up;
};

/// Goes on where `log` ends. Errors: interrupted; io where the system refuses a run (a disk is
/// full, a folder has gone: the run's line says so, and does not count as an attempt) or where a
/// line cannot be written. Everything written before stays, and the same call goes on later.
[[nodiscard]] Result<SweepSummary> run_sweep(const SweepRequest& request,
                                             RunLog& log,
                                             Runner& runner,
                                             SweepProgress& progress);

/// Seconds that the slots will take.
[[nodiscard]] double seconds_of(const std::vector<Slot>& slots,
                                const std::vector<SweepCell>& cells,
                                const Estimate& estimate,
                                Runner& runner);

/// Of all cells, from what the log has.
[[nodiscard]] Estimate estimate_from(const RunLog& log,
                                     const std::vector<SweepCell>& cells,
                                     Runner& runner);

}  // namespace commitbench::sweep
