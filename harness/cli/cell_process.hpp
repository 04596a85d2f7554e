// SPDX-License-Identifier: Apache-2.0
// A cell in a fresh process: this program, started again.
#pragma once

#include "harness/core/result.hpp"

#include <string>
#include <vector>

namespace commitbench::cli {

struct CellOutcome {
    int exit_code = 0;
    std::string
        result_line;  ///< what it wrote to its report descriptor; empty where it came to no result
};

/// Runs `commitbench WORDS... --report-to FD` and waits for its end. Its output goes where ours
/// goes. An interrupt of this process is passed on. Errors: io where no process could be started.
[[nodiscard]] Result<CellOutcome> run_in_fresh_process(const std::vector<std::string>& words);

}  // namespace commitbench::cli
