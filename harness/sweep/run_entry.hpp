// SPDX-License-Identifier: Apache-2.0
// What a sweep adds to a run's result line, and reads back from it.
//
//   {…the line of `commitbench run`…, "sweep": {"plan": "cores", "plan_hash": "<32 hex>", "cell":
//   "<16 hex>", "axes": {…}, "role": "cell", "repetition": 1, "position": 3, "attempt": 1, "shard":
//   "1/1", "status": "ok", "exit_code": 0, "error": "", "reason": "", "started_utc": "…",
//   "seconds": 1.5}}
//
// A run that came to no result has a line with schema_version, command and sweep alone.
// harness/sweep/schema/run.schema.json describes both.
#pragma once

#include "harness/sweep/cells.hpp"
#include "harness/sweep/shard.hpp"

namespace commitbench::sweep {

enum class RunStatus : std::uint8_t {
    ok,
    void_run,  ///< has figures, but its results are wrong: they mean nothing
    failed,    ///< came to no result
};

[[nodiscard]] std::string_view status_name(RunStatus status) noexcept;

/// A run as the sweep sees it.
struct RunEntry {
    std::string plan_hash;
    std::string cell;
    std::uint64_t repetition = 1;  ///< from 1
    std::uint64_t position = 1;    ///< in the repetition's order, from 1
    std::uint64_t attempt = 1;     ///< from 1
    std::string shard;
    RunStatus status = RunStatus::ok;
    int exit_code = 0;
    std::string error;   ///< of a failed run: the name of its ErrorCode ("io"), or "crash"
    std::string reason;  ///< where not ok
    std::string started_utc;
    double seconds = 0;  ///< wall time of the whole process, load and checks included

    /// A disk was full, a folder had gone: not the cell's doing. Every other run would meet the
    /// same.
    [[nodiscard]] bool system_refused() const {
        return status == RunStatus::failed && error == "io";
    }
};

/// The line without its newline. `result_line` is kept byte for byte but for its closing brace;
/// empty where the run failed. `command` is what was run, for a failed one.
[[nodiscard]] std::string sweep_line(std::string_view result_line,
                                     const std::vector<std::string>& command,
                                     const RunEntry& entry,
                                     std::string_view plan_name,
                                     const SweepCell& cell);

/// nullopt where the text is no such line: not JSON, no "sweep" object, or fields that are missing
/// or of another kind.
[[nodiscard]] std::optional<RunEntry> parse_sweep_line(std::string_view line);

/// What a sweep tells its user of a result line.
struct Figures {
    std::optional<double> transactions_per_second;
    std::string void_reason;  ///< of the ledger
};
[[nodiscard]] Figures figures_of(std::string_view result_line);

}  // namespace commitbench::sweep
