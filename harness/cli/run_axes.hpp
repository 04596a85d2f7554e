// SPDX-License-Identifier: Apache-2.0
// The axes of a plan: what `commitbench run` can be told, one row each.
#pragma once

#include "harness/cli/run_arguments.hpp"
#include "harness/sweep/cells.hpp"

namespace commitbench::cli {

[[nodiscard]] const sweep::RunAxes& run_axes();

/// What a run of this cell is told; `results` is the sweep's folder. Checked as `run` would check
/// it: bad_input names the plan's line where a value is wrong.
[[nodiscard]] Result<RunArguments> arguments_of(const sweep::SweepCell& cell,
                                                const std::string& plan_file,
                                                const std::string& results);

}  // namespace commitbench::cli
