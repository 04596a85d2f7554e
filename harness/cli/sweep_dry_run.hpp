// SPDX-License-Identifier: Apache-2.0
// `commitbench sweep --dry-run`: what would be run, for how long, on how much disk.
#pragma once

#include "harness/cli/sweep_runner.hpp"

namespace commitbench::cli {

/// What a key takes on disk where no state of the plan is there yet to look at. The backends of
/// this program take between 150 (paged) and 700 (mpt on RocksDB) bytes for an account.
inline constexpr std::uint64_t kBytesAKey = 500;

/// The text. `log` has the earlier runs, if any.
[[nodiscard]] std::string render_dry_run(const CheckedPlan& plan,
                                         const sweep::ScheduleSettings& schedule,
                                         const sweep::RunLog& log,
                                         SweepRunner& runner);

}  // namespace commitbench::cli
