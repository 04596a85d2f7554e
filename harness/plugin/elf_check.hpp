// SPDX-License-Identifier: Apache-2.0
// Whether a file is a shared library of this machine, before anything of it is loaded.
#pragma once

#include "harness/core/result.hpp"

#include <filesystem>

namespace commitbench::plugin {

/// bad_input that says what the file is instead: dlopen's own words name neither the machine nor a
/// remedy. Source: elf(5).
Status check_is_library(const std::filesystem::path& path);

}  // namespace commitbench::plugin
