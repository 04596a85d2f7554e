// SPDX-License-Identifier: Apache-2.0
// What `commitbench check-plugin` tests: the components of a library, or the built-in or found ones
// of a name.
#pragma once

#include "harness/plugin/conformance/report.hpp"
#include "harness/plugin/conformance/subject.hpp"

namespace commitbench::cli {

struct CheckedLibrary {
    std::string name;
    std::string version;
    std::vector<conformance::Subject> subjects;
};

/// All components of the library at this path, or all of this name, without options. An Error of a
/// library is the library's own.
[[nodiscard]] Result<CheckedLibrary> find_subjects(std::string_view name);

/// Gives each subject those options that its table has. bad_input where one is in no table, is not
/// good, or is missing.
Status give_options(CheckedLibrary& library, const ComponentSpec& spec);

[[nodiscard]] conformance::LibraryFacts facts_of(const CheckedLibrary& library);

}  // namespace commitbench::cli
