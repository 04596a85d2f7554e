// SPDX-License-Identifier: Apache-2.0
// What `commitbench check-plugin` was asked to do, in the user's words, and in those for the
// processes that it starts.
#pragma once

#include "harness/core/result.hpp"

#include <string>
#include <vector>

namespace commitbench::cli {

struct CheckPluginArguments {
    std::string plugin;  ///< PATH or NAME, with options
    std::string seed;    ///< empty: that of --failed-of, else 1
    std::string time_limit = "60";
    std::vector<std::string> only;
    std::string failed_of;
    bool json = false;

    // For a process of one test: hidden flags.
    int report = -1;
    std::string subject;  ///< its place in CheckedLibrary::subjects
    std::string test;
    std::string act;  ///< kListAct, or one of act.hpp
    std::string folder;
};

/// The act of telling which components there are.
inline constexpr const char* kListAct = "list";

/// Tests the plug-in, or is one of the processes for it. The exit code.
[[nodiscard]] Result<int> check_plugin(const CheckPluginArguments& arguments);

/// Does what one process of the kit is for, and tells it on arguments.report.
[[nodiscard]] Result<int> work_for_check_plugin(const CheckPluginArguments& arguments);

}  // namespace commitbench::cli
