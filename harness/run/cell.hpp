// SPDX-License-Identifier: Apache-2.0
// One cell, measured once: load, warm up, measure, check, write down.
#pragma once

#include "harness/core/reference_tree.hpp"
#include "harness/core/registry.hpp"
#include "harness/run/interrupt_flag.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/record.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace commitbench {

/// Measured blocks where neither the user nor the workload says how many.
inline constexpr std::uint64_t kDefaultBlocks = 20;

/// Everything that a run needs to be told. The harness knows interfaces only; the CLI wires the
/// components in.
struct RunRequest {
    Choice<ExecutorComponent> executor;
    Choice<BackendComponent> backend;
    Choice<WorkloadComponent> workload;
    /// The executor whose word counts, reference_of(executor): makes the ledger and the recordings,
    /// in a process of its own.
    Choice<ExecutorComponent> reference;

    /// The trees that the ledger's roots come from.
    std::unique_ptr<ReferenceTree> (*make_tree)(std::string_view scheme) = &make_reference_tree;

    std::uint64_t seed = 1;
    /// Measured blocks. Unset: all that the workload has after the warm-up, or kDefaultBlocks where
    /// it never ends.
    std::optional<std::uint64_t> blocks;
    /// Blocks before the measured ones: executed, committed and checked like them, but not in the
    /// figures. Unset: a quarter of `blocks`, or of what the workload has where that is unset too.
    std::optional<std::uint64_t> warmup_blocks;
    std::uint64_t memory_budget = std::uint64_t{1} << 30;  ///< bytes
    Durability durability = Durability::none;
    std::uint32_t workers = 1;  ///< threads of the cell, the caller's included
    bool pin = true;            ///< each on a core of its own, where there are as many
    /// How often every block is executed, and how often it is committed to (BackendTwins), within
    /// the timed spans: what throughput would be if that work cost so many times as much. A block's
    /// transactions count once. At least 1.
    std::uint32_t execute_times = 1;
    std::uint32_t commit_times = 1;

    /// Where the backend keeps its files. Empty: a fresh folder under the system's temporary folder
    /// (TMPDIR), removed afterwards. A folder that holds a state already is refused unless
    /// `overwrite`.
    std::filesystem::path directory;
    bool overwrite = false;
    /// Says whether a non-empty folder is our data and may be emptied under `overwrite`
    /// (DirectoryClaim::is_ours). Null: no non-empty folder is ever emptied.
    bool (*is_data_folder)(const std::filesystem::path&) = nullptr;
    /// Closes and opens the backend after every block: its own caches are cold for each one, the
    /// kernel's are not.
    bool reopen_between_blocks = false;
    /// Gives blocks their access sets even where the executor does not need them, so that the
    /// record says how much of the workload could run at the same time.
    bool record_access_sets = false;

    /// A saved state (saved_state.hpp) of this backend and first state: a copy of it is restored
    /// instead of loading. Empty: load. Without `directory` the copy is made beside it and removed
    /// afterwards.
    std::filesystem::path state{};
    /// Whether the backend's engines never change this file once it is written, so that the copy
    /// may share it (immutable_files.hpp). Null: none.
    bool (*is_immutable_file)(const std::filesystem::path&) = nullptr;

    std::filesystem::path results =
        "commitbench-results";      ///< made where missing; holds runs.jsonl
    bool append_result = true;      ///< false: the caller keeps the line
    std::filesystem::path ledgers;  ///< empty: results / "ledgers"

    ProgressSink* progress = nullptr;   ///< null: silent
    InterruptFlag interrupt = nullptr;  ///< set by the SIGINT handler; null: never
    std::vector<std::string> command;   ///< argv, for the record
};

/// Runs the cell and appends its line to results/runs.jsonl. A void run (the ledger disagrees) is a
/// record like any other, with RunRecord::ledger.verdict == LedgerVerdict::void_run: written down,
/// and a failure (RunRecord::exit_code() == 1).
///
/// Errors: bad_input (the request, the folder, more blocks than there are), does_not_fit and io
/// from the backend, corrupt (ledger file), interrupted (the message says what is kept). Nothing is
/// appended on an Error.
///
/// Forks a child (reference_process.hpp) at once, so call it before anything large is allocated and
/// from a process with one thread. INVARIANT: no std::thread runs, and nothing of the request is a
/// plug-in's: for those, start the reference process before make_request opens them.
[[nodiscard]] Result<RunRecord> run_cell(const RunRequest& request);

class ReferenceProcess;
/// The same, with a reference process of this request that runs already.
[[nodiscard]] Result<RunRecord> run_cell(const RunRequest& request, ReferenceProcess& reference);

}  // namespace commitbench
