// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/mount_table.hpp"

#include "harness/measure/proc_file.hpp"

#include <algorithm>

namespace commitbench {
namespace {

/// The kernel writes blanks and backslashes of a path as three octal digits.
std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = [&](std::size_t offset) { return text[i + offset] - '0'; };
        if (text[i] == '\\' && i + 3 < text.size()) {
            plain += static_cast<char>(digit(1) * 64 + digit(2) * 8 + digit(3));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

bool is_below(std::string_view path, std::string_view point) {
    return point == "/" || path == point || (path.starts_with(point) && path[point.size()] == '/');
}

}  // namespace

std::vector<Mount> parse_mount_table(std::string_view mountinfo) {
    // 36 35 98:0 /root /point rw,noatime shared:1 - ext4 /dev/root rw,errors=continue
    // The tags before the "-" may be none or many.
    std::vector<Mount> mounts;
    for (const std::string_view line : split_lines(mountinfo)) {
        const auto words = split_words(line);
        const auto dash = std::ranges::find(words, "-");
        if (dash - words.begin() < 6 || words.end() - dash < 4) {
            continue;
        }
        mounts.push_back({std::string(words[2]), unescape(words[3]), unescape(words[4]),
                          std::string(words[5]) + "," + std::string(dash[3]), std::string(dash[1]),
                          unescape(dash[2])});
    }
    return mounts;
}

std::optional<Mount> find_mount(const std::vector<Mount>& mounts,
                                const std::filesystem::path& path) {
    const Mount* best = nullptr;
    for (const Mount& mount : mounts) {
        if (is_below(path.native(), mount.point) &&
            (best == nullptr || mount.point.size() >= best->point.size())) {
            best = &mount;
        }
    }
    return best == nullptr ? std::nullopt : std::optional<Mount>(*best);
}

}  // namespace commitbench
