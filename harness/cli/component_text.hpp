// SPDX-License-Identifier: Apache-2.0
// What is told of a component, whatever its kind: for `list`, `describe`, the manual and
// completion.
#pragma once

#include "harness/cli/component_choice.hpp"

#include <array>

namespace commitbench::cli {

/// As `describe` takes them.
inline constexpr std::array<std::string_view, 3> kComponentKinds{"workload", "executor", "backend"};

/// Points into the registry, or into a library that stays open.
struct ComponentText {
    std::string_view name;
    std::string_view summary;
    std::span<const OptionSpec> options;
    const plugin::Library* library = nullptr;  ///< null: built in
};

/// INVARIANT of these two: `kind` is one of kComponentKinds.
[[nodiscard]] std::vector<ComponentText> built_in_components(std::string_view kind);
/// Those of the libraries on COMMITBENCH_PLUGIN_PATH, which are opened for it.
[[nodiscard]] std::vector<ComponentText> search_path_components(std::string_view kind);

/// By name or a library's path. bad_input, with the nearest word, where there is no such kind or no
/// such component.
[[nodiscard]] Result<ComponentText> find_component_text(std::string_view kind,
                                                        std::string_view name);

/// A row of an option table in words; none is empty.
struct OptionText {
    std::string_view type;           ///< "integer"
    std::string_view unit;           ///< "-" where there is none
    std::string_view default_value;  ///< "required", "none"
    std::string_view range;          ///< "any"
};
[[nodiscard]] OptionText option_text(const OptionSpec& option);

}  // namespace commitbench::cli
