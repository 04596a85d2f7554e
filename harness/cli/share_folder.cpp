// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/share_folder.hpp"

#include <cstdlib>
#include <fmt/format.h>

namespace commitbench::cli {
namespace {

namespace fs = std::filesystem;

bool has_plans(const fs::path& folder) {
    std::error_code error;
    return fs::is_directory(folder / "plans", error);
}

}  // namespace

Result<fs::path> share_folder() {
    if (const char* const named = std::getenv("COMMITBENCH_SHARE"); named != nullptr) {
        if (!has_plans(named)) {
            return bad_input(fmt::format(
                "COMMITBENCH_SHARE={}: there is no folder 'plans' in it; name the folder that has "
                "the program's plans and scripts, or unset it",
                named));
        }
        return fs::path(named);
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed = program.parent_path().parent_path() / "share" / "commitbench";
    if (has_plans(installed)) {
        return installed;
    }
    for (fs::path folder = program.parent_path(); folder != folder.root_path();
         folder = folder.parent_path()) {
        if (has_plans(folder)) {
            return folder;
        }
    }
    return bad_input(
        fmt::format("the plans that come with the program are not found from {}: set "
                    "COMMITBENCH_SHARE to the folder that has 'plans' and 'scripts'",
                    program.native()));
}

}  // namespace commitbench::cli
