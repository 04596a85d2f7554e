// SPDX-License-Identifier: Apache-2.0
// What `commitbench run` was asked to do, in the user's words, and the RunRequest that follows from
// it.
#pragma once

#include "harness/run/cell.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace commitbench::cli {

/// As typed, or as the configuration file has it. Empty: not given, the default of RunRequest
/// holds.
struct RunArguments {
    std::string workload = "transfer";
    std::vector<std::string> backends{"mpt"};
    std::string executor = "sequential";
    std::string blocks;
    std::string warmup;
    std::string seed = "1";
    std::string memory = "1GiB";
    std::string durability = "none";
    std::string workers = "1";
    std::string pin = "on";
    std::string execute_times = "1";
    std::string commit_times = "1";
    std::string directory;
    bool overwrite = false;
    bool reopen = false;
    bool parallelism = false;
    std::string state;
    std::string results = "commitbench-results";
    bool quiet = false;
    /// File descriptor that gets the result line too; -1 for none. How a cell tells the process
    /// that started it.
    int report = -1;
    /// The line goes to `report` alone, an Error too: who started this process keeps the results.
    bool report_only = false;
};

/// Checks every word. INVARIANT: arguments.backends is not empty; `which` < its size.
[[nodiscard]] Result<RunRequest> make_request(const RunArguments& arguments, std::size_t which);

/// The words after "commitbench" that ask for cell `which` alone, defaults spelled out.
[[nodiscard]] std::vector<std::string> command_of(const RunArguments& arguments, std::size_t which);

/// Parses the whole number after `flag`, which is at least `low`.
[[nodiscard]] Result<std::uint64_t> parse_count(std::string_view flag,
                                                std::string_view text,
                                                std::uint64_t low);
/// Parses --durability for every subcommand that has it.
[[nodiscard]] Result<Durability> parse_durability(std::string_view text);
/// Parses --workers likewise: 1 to 256.
[[nodiscard]] Result<std::uint32_t> parse_workers(std::string_view text);
/// Parses --time-limit likewise: seconds, at least 1 and at most a week.
[[nodiscard]] Result<std::chrono::seconds> parse_time_limit(std::string_view text);
/// Parses --memory likewise.
[[nodiscard]] Result<std::uint64_t> parse_memory(std::string_view text);

/// Runs the cells: one in this process, several one after the other in a fresh process each, with a
/// table of all of them at the end. The exit code.
[[nodiscard]] Result<int> run_cells(const RunArguments& arguments);

}  // namespace commitbench::cli
