// SPDX-License-Identifier: Apache-2.0
// Which component a user means: a built-in one, one of a library named by its path, or one of a
// library on COMMITBENCH_PLUGIN_PATH.
#pragma once

#include "harness/plugin/library.hpp"

namespace commitbench::cli {

inline constexpr const char* kPathVariable = "COMMITBENCH_PLUGIN_PATH";

/// The libraries of the folders in COMMITBENCH_PLUGIN_PATH (separated by ':'), in order of folder
/// and name: all files NAME.so. What is there and is no plug-in is in `refused`, a line each.
/// Opened once a process. One thread.
struct SearchPath {
    std::vector<const plugin::Library*> libraries;
    std::vector<Error> refused;
};
[[nodiscard]] const SearchPath& search_path();

/// Whether the name of a component is the path of a library: it has a '/' in it, or ends with
/// ".so".
[[nodiscard]] bool is_library_path(std::string_view name);

/// "NAME:options" or "PATH/TO/LIBRARY.so:options" (is_library_path). A name is looked for among the
/// built-in components, then on the search path. bad_input, with the nearest name, where it is
/// nowhere; where a library cannot be opened; where it offers several of this kind, for then the
/// name must say which.
[[nodiscard]] Result<Choice<BackendComponent>> choose_backend(std::string_view spec);
[[nodiscard]] Result<Choice<ExecutorComponent>> choose_executor(std::string_view spec);
[[nodiscard]] Result<Choice<WorkloadComponent>> choose_workload(std::string_view spec);

/// The component alone, by name or path, for `describe`.
[[nodiscard]] Result<const BackendComponent*> find_backend(std::string_view name);
[[nodiscard]] Result<const ExecutorComponent*> find_executor(std::string_view name);
[[nodiscard]] Result<const WorkloadComponent*> find_workload(std::string_view name);

}  // namespace commitbench::cli
