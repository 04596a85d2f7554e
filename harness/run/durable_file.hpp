// SPDX-License-Identifier: Apache-2.0
// Files that are whole or not there. Errors are io where the disk is full, else bad_input.
#pragma once

#include "harness/core/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace commitbench {

/// Makes the folder and those above it. bad_input where that fails: the message names the folder.
Status make_folder(const std::filesystem::path& folder);

/// Writes a new file beside `file`, syncs it, renames it over `file`, syncs the folder. On failure
/// the old file stays.
Status replace_file(const std::filesystem::path& file, std::string_view text);

/// Appends `text` (a line with its newline) and syncs, or leaves the file as it was. Makes the
/// file. Processes that append at the same time take turns. Empty text only makes the file.
Status append_durably(const std::filesystem::path& file, std::string_view text);

/// Cuts the file to its first `bytes` and syncs.
Status truncate_durably(const std::filesystem::path& file, std::uint64_t bytes);

/// All of it; nullopt where there is no such file. bad_input where it cannot be read.
[[nodiscard]] Result<std::optional<std::string>> read_file(const std::filesystem::path& file);

}  // namespace commitbench
