// SPDX-License-Identifier: Apache-2.0
// A cell in a fresh process: this program, started again.
#pragma once

#include "harness/run/fresh_process.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace commitbench::cli {

struct CellOutcome {
    int exit_code = 0;  ///< kSignalExit + the signal where one ended it
    std::string
        result_line;  ///< what it wrote to its report descriptor; empty where it came to no result
    std::string errors;      ///< its standard error, where that was kept
    bool timed_out = false;  ///< killed at its time limit
};

enum class ErrorStream : unsigned char {
    shared,  ///< ours
    kept,    ///< comes back in CellOutcome::errors
};

struct CellOptions {
    ErrorStream errors = ErrorStream::shared;
    std::optional<std::chrono::seconds> time_limit{};  ///< none: the user can press Ctrl-C
    std::filesystem::path state{};                     ///< that it restores, if any
};

/// Runs `commitbench WORDS... --report-to FD` and waits for its end. Its output goes where ours
/// goes, but for what `options.errors` says. An interrupt of this process is passed on. Where a
/// signal or the time limit ends it, its children end too, and its temporary folders are removed.
/// Errors: io where no process could be started.
[[nodiscard]] Result<CellOutcome> run_in_fresh_process(const std::vector<std::string>& words,
                                                       const CellOptions& options);

/// Why a process came to no result and did not say so itself: exit code or signal, and the last
/// line of what it said.
[[nodiscard]] std::string how_it_ended(const CellOutcome& outcome);

/// In such a process: tells the one that started it. Nobody is left to hear where that fails.
void report_line(int descriptor, std::string_view line);
/// {"error": "io", "message": "…"}
void report_error(int descriptor, const Error& error);
/// What report_error() told; nullopt where the text is anything else.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> reported_error(
    std::string_view text);

}  // namespace commitbench::cli
