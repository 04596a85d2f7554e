// SPDX-License-Identifier: Apache-2.0
// The mounts that this process sees (/proc/self/mountinfo, proc(5)).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace commitbench {

struct Mount {
    std::string device_number;  ///< "254:0"
    std::string root;           ///< which part of the file system is mounted
    std::string point;
    std::string options;  ///< of the mount, then of the file system
    std::string file_system;
    std::string source;  ///< "/dev/vda"
};

/// Lines that do not have the documented form are left out.
[[nodiscard]] std::vector<Mount> parse_mount_table(std::string_view mountinfo);

/// The mount that `path` (absolute, canonical) lives on: the longest mount point, the last one
/// where two are equal.
[[nodiscard]] std::optional<Mount> find_mount(const std::vector<Mount>& mounts,
                                              const std::filesystem::path& path);

}  // namespace commitbench
