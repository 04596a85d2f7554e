// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/check_plugin_subjects.hpp"

#include "harness/cli/component_choice.hpp"
#include "harness/core/kept_files.hpp"
#include "harness/plugin/backend_plugin.hpp"

#include <algorithm>

namespace commitbench::cli {
namespace {

using conformance::Subject;

bool has_option(const Subject& subject, std::string_view key) {
    return std::ranges::any_of(subject.table(),
                               [key](const OptionSpec& row) { return row.key == key; });
}

/// The components of `library` that `wanted` says yes to.
template<class Wanted>
void add_components(CheckedLibrary& checked, const plugin::Library& library, Wanted wanted) {
    for (std::size_t i = 0; i < library.backends.size(); ++i) {
        if (wanted(library.backends[i].name)) {
            checked.subjects.push_back(
                {&library.backends[i], {}, false, &library.backend_offers[i].table});
        }
    }
    for (const ExecutorComponent& executor : library.executors) {
        if (wanted(executor.name)) {
            checked.subjects.push_back({&executor, {}});
        }
    }
    for (const WorkloadComponent& workload : library.workloads) {
        if (wanted(workload.name)) {
            checked.subjects.push_back({&workload, {}});
        }
    }
}

/// Built-in ones stand the same tests, and so show that these can be stood.
template<class C>
void add_built_in(CheckedLibrary& checked, std::span<const C> registry, std::string_view name) {
    for (const C& component : registry) {
        if (component.name == name) {
            checked.subjects.push_back({&component, {}});
            checked.name = "commitbench";
            checked.version = "(built in)";
        }
    }
}

}  // namespace

Result<CheckedLibrary> find_subjects(std::string_view name) {
    CheckedLibrary checked;
    if (is_library_path(name)) {
        const auto library = plugin::open_library(std::filesystem::path(name));
        if (!library) {
            return library.error();
        }
        checked.name = (*library)->name;
        checked.version = (*library)->version;
        add_components(checked, **library, [](std::string_view) { return true; });
        return checked;
    }
    add_built_in(checked, backend_registry(), name);
    add_built_in(checked, executor_registry(), name);
    add_built_in(checked, workload_registry(), name);
    for (const plugin::Library* library : search_path().libraries) {
        const std::size_t before = checked.subjects.size();
        add_components(checked, *library, [name](std::string_view one) { return one == name; });
        if (before == 0 && !checked.subjects.empty()) {
            checked.name = library->name;
            checked.version = library->version;
        }
    }
    if (checked.subjects.empty()) {
        return bad_input(
            fmt::format("no component is called '{}': write the path of a library, as ./libfoo.so, "
                        "or a name that 'commitbench list' prints",
                        name));
    }
    return checked;
}

Status give_options(CheckedLibrary& library, const ComponentSpec& spec) {
    for (const auto& option : spec.options) {
        bool taken = false;
        for (Subject& subject : library.subjects) {
            if (has_option(subject, option.first)) {
                subject.given.options.push_back(option);
                taken = true;
            }
        }
        if (!taken) {  // the first one's words for it, with the nearest key
            Subject& first = library.subjects.front();
            first.given.options.push_back(option);
        }
    }
    for (Subject& subject : library.subjects) {
        subject.given.name = subject.name();
        const auto options = subject.options();
        if (!options) {
            return options.error();
        }
        if (subject.kind() != conformance::Kind::backend) {
            continue;
        }
        subject.keeps_files = subject.plugin_table == nullptr
                                  ? keeps_files(*options)
                                  : plugin::keeps_files(*subject.plugin_table, *options);
    }
    return {};
}

conformance::LibraryFacts facts_of(const CheckedLibrary& library) {
    conformance::LibraryFacts facts{library.name, library.version, {}};
    for (const Subject& subject : library.subjects) {
        const auto options = subject.options();
        facts.components.push_back({std::string(kind_name(subject.kind())),
                                    std::string(subject.name()),
                                    options ? options->canonical(subject.name()) : ""});
    }
    return facts;
}

}  // namespace commitbench::cli
