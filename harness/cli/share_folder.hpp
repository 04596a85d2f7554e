// SPDX-License-Identifier: Apache-2.0
// Where the files are that come with the program: plans and scripts.
#pragma once

#include "harness/core/result.hpp"

#include <filesystem>

namespace commitbench::cli {

/// The folder with `plans` and `scripts` in it: COMMITBENCH_SHARE, else ../share/commitbench beside
/// the program's folder (installed), else the first folder above the program that has `plans` (a
/// build tree). bad_input where there is none.
[[nodiscard]] Result<std::filesystem::path> share_folder();

}  // namespace commitbench::cli
