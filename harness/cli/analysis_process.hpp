// SPDX-License-Identifier: Apache-2.0
// The analysis (scripts/analysis, Python) as a process: all statistics are made there.
#pragma once

#include "harness/core/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace commitbench::cli {

/// `python3 -m analysis interval FOLDER --json`: ids of the cells whose interval's half width is at
/// most `percent`. io where it cannot be started, fails, or answers something else; its last line
/// is in the message.
[[nodiscard]] Result<std::vector<std::string>> cells_narrower_than(
    double percent,
    const std::filesystem::path& folder);

}  // namespace commitbench::cli
