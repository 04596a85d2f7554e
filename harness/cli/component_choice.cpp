// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/component_choice.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

namespace commitbench::cli {
namespace {

using plugin::Library;
using plugin::open_library;

SearchPath read_search_path() {
    SearchPath found;
    const char* folders = std::getenv(kPathVariable);
    std::istringstream words(folders == nullptr ? "" : folders);
    for (std::string folder; std::getline(words, folder, ':');) {
        if (folder.empty()) {
            continue;
        }
        std::error_code failure;
        std::set<std::filesystem::path> files;
        for (std::filesystem::directory_iterator at(folder, failure), end; !failure && at != end;
             at.increment(failure)) {
            if (at->path().extension() == ".so") {
                files.insert(at->path());
            }
        }
        if (failure) {
            found.refused.push_back(
                bad_input(fmt::format("{}: the folder {} cannot be read ({}): mend the variable",
                                      kPathVariable, folder, failure.message())));
        }
        for (const auto& file : files) {
            if (auto library = open_library(file); library) {
                found.libraries.push_back(*library);
            } else {
                found.refused.push_back(library.error());
            }
        }
    }
    return found;
}

template<class C>
Result<const C*> find_in_library(std::string_view kind,
                                 std::string_view path,
                                 std::vector<C> Library::*components) {
    auto library = open_library(std::filesystem::path(path));
    if (!library) {
        return library.error();
    }
    const std::vector<C>& found = (*library)->*components;
    if (found.empty()) {
        return bad_input(fmt::format(
            "{}: offers no {}: commitbench list shows what it offers, with its folder in {}", path,
            kind, kPathVariable));
    }
    if (found.size() > 1) {
        std::vector<std::string_view> names;
        for (const C& component : found) {
            names.push_back(component.name);
        }
        return bad_input(
            fmt::format("{}: offers several {}s ({}): put its folder into {} and use the name",
                        path, kind, fmt::join(names, ", "), kPathVariable));
    }
    return &found.front();
}

template<class C>
Result<const C*> find_named(std::string_view kind,
                            std::span<const C> built_in,
                            std::vector<C> Library::*components,
                            std::string_view name) {
    if (is_library_path(name)) {
        return find_in_library(kind, name, components);
    }
    auto found = find_component(kind, built_in, name);
    if (found) {
        return found;
    }
    // Components of the search path are copied beside the built-in ones, so that the nearest name
    // is looked for among all.
    std::vector<C> all(built_in.begin(), built_in.end());
    for (const Library* library : search_path().libraries) {
        for (const C& component : library->*components) {
            if (component.name == name) {
                return &component;
            }
            all.push_back(component);
        }
    }
    auto nowhere = find_component(kind, std::span<const C>(all), name);
    Error error = nowhere.error();
    if (!search_path().refused.empty()) {
        error.message +=
            fmt::format(" (of {}: {})", kPathVariable, search_path().refused.front().message);
    }
    return error;
}

}  // namespace

bool is_library_path(std::string_view name) {
    return name.find('/') != std::string_view::npos || name.ends_with(".so");
}

const SearchPath& search_path() {
    static const SearchPath& found = *new SearchPath(read_search_path());
    return found;
}

Result<Choice<BackendComponent>> choose_backend(std::string_view spec) {
    return choose_with<BackendComponent>("backend", spec, &find_backend);
}
Result<Choice<ExecutorComponent>> choose_executor(std::string_view spec) {
    return choose_with<ExecutorComponent>("executor", spec, &find_executor);
}
Result<Choice<WorkloadComponent>> choose_workload(std::string_view spec) {
    return choose_with<WorkloadComponent>("workload", spec, &find_workload);
}

Result<const BackendComponent*> find_backend(std::string_view name) {
    return find_named("backend", backend_registry(), &Library::backends, name);
}
Result<const ExecutorComponent*> find_executor(std::string_view name) {
    return find_named("executor", executor_registry(), &Library::executors, name);
}
Result<const WorkloadComponent*> find_workload(std::string_view name) {
    return find_named("workload", workload_registry(), &Library::workloads, name);
}

}  // namespace commitbench::cli
