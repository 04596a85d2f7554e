// SPDX-License-Identifier: Apache-2.0
// A plan, found, read and checked against what there is to run.
#pragma once

#include "harness/cli/run_axes.hpp"

namespace commitbench::cli {

struct CheckedPlan {
    sweep::Plan plan;
    std::vector<sweep::SweepCell> cells;
    std::vector<RunArguments> arguments;  ///< of each cell
    std::string hash;
};

/// What the command line changes in a plan. Empty: as the plan says.
struct PlanChanges {
    std::string repetitions;
    std::string seed;
    std::string order;
    std::string time_limit;
};

/// `name`: a file, or a plan that comes with the program. `results`: the folder of the sweep. Every
/// cell is checked as `run` would check it.
[[nodiscard]] Result<CheckedPlan> read_plan(const std::string& name,
                                            const PlanChanges& changes,
                                            const std::string& results);

/// The plans that come with the program: their files, by name.
[[nodiscard]] Result<std::vector<std::filesystem::path>> shipped_plans();

}  // namespace commitbench::cli
