// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/cgroup.hpp"

#include "harness/measure/proc_file.hpp"

#include <algorithm>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

/// Version 1 says "no limit" with the largest multiple of a page; nobody has half of that.
constexpr std::uint64_t kNoMemoryLimit = std::uint64_t{1} << 62;

template<class T>
void tighten(std::optional<T>& limit, T found) {
    limit = limit ? std::min(*limit, found) : found;
}

void read_version_2(const fs::path& group, CgroupLimits& limits) {
    if (const auto text = read_text(group / "cpu.max")) {
        const auto words = split_words(*text);  // "100000 100000" or "max 100000"
        const auto quota = words.size() == 2 ? leading_number(words[0]) : std::nullopt;
        const auto period = words.size() == 2 ? leading_number(words[1]) : std::nullopt;
        if (quota && period && *period > 0) {
            tighten(limits.cpus, static_cast<double>(*quota) / static_cast<double>(*period));
        }
    }
    if (const auto text = read_text(group / "memory.max")) {
        if (const auto bytes = leading_number(*text)) {
            tighten(limits.memory_bytes, *bytes);
        }
    }
}

void read_version_1(const fs::path& group, CgroupLimits& limits) {
    const auto quota = read_text(group / "cpu.cfs_quota_us");  // -1 where there is none
    const auto period = read_text(group / "cpu.cfs_period_us");
    if (quota && period) {
        const auto quota_us = leading_number(*quota);
        const auto period_us = leading_number(*period);
        if (quota_us && !quota->starts_with('-') && period_us && *period_us > 0) {
            tighten(limits.cpus, static_cast<double>(*quota_us) / static_cast<double>(*period_us));
        }
    }
    if (const auto text = read_text(group / "memory.limit_in_bytes")) {
        const auto bytes = leading_number(*text);
        if (bytes && *bytes < kNoMemoryLimit) {
            tighten(limits.memory_bytes, *bytes);
        }
    }
}

/// The folders of a group and its ancestors, as far up as the mount shows them.
std::vector<fs::path> way_up(const Mount& mount, std::string_view group) {
    if (mount.root != "/" && group.starts_with(mount.root)) {
        group.remove_prefix(mount.root.size());  // a container's own view of the tree
    }
    std::vector<fs::path> folders;
    for (fs::path path = fs::path(group).relative_path(); !path.empty();
         path = path.parent_path()) {
        folders.push_back(fs::path(mount.point) / path);
    }
    folders.emplace_back(mount.point);
    return folders;
}

bool has_controller(const Mount& mount, std::string_view controller) {
    const std::string options = "," + mount.options + ",";
    return options.find("," + std::string(controller) + ",") != std::string::npos;
}

}  // namespace

CgroupLimits cgroup_limits(const std::vector<Mount>& mounts, std::string_view own_groups) {
    CgroupLimits limits;
    // "4:cpu,cpuacct:/group" of version 1, "0::/group" of version 2.
    for (const std::string_view line : split_lines(own_groups)) {
        const std::size_t first = line.find(':');
        const std::size_t second =
            first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) {
            continue;
        }
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        const std::string_view group = line.substr(second + 1);
        const bool version_2 = controllers.empty();
        const std::string_view controller = controllers.substr(0, controllers.find(','));
        for (const Mount& mount : mounts) {
            if (version_2 ? mount.file_system != "cgroup2"
                          : mount.file_system != "cgroup" || !has_controller(mount, controller)) {
                continue;
            }
            for (const fs::path& folder : way_up(mount, group)) {
                version_2 ? read_version_2(folder, limits) : read_version_1(folder, limits);
            }
        }
    }
    return limits;
}

}  // namespace commitbench
