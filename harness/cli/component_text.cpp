// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/component_text.hpp"

namespace commitbench::cli {
namespace {

using plugin::Library;

std::string_view type_name(OptionType type) {
    switch (type) {
        case OptionType::boolean:
            return "boolean";
        case OptionType::integer:
            return "integer";
        case OptionType::size:
            return "size";
        case OptionType::real:
            return "number";
        case OptionType::choice:
            return "choice";
        case OptionType::path:
            return "path";
    }
    return "";
}

template<class C>
ComponentText text_of(const C& component, const Library* library = nullptr) {
    return {.name = component.name,
            .summary = component.summary,
            .options = component.options,
            .library = library};
}

template<class C>
std::vector<ComponentText> texts_of(std::span<const C> registry) {
    std::vector<ComponentText> texts;
    for (const C& component : registry) {
        texts.push_back(text_of(component));
    }
    return texts;
}

template<class C>
std::vector<ComponentText> texts_of(std::vector<C> Library::*components) {
    std::vector<ComponentText> texts;
    for (const Library* library : search_path().libraries) {
        for (const C& component : library->*components) {
            texts.push_back(text_of(component, library));
        }
    }
    return texts;
}

template<class C>
Result<ComponentText> text_of(const Result<const C*>& found) {
    if (!found) {
        return found.error();
    }
    return text_of(**found);
}

}  // namespace

std::vector<ComponentText> built_in_components(std::string_view kind) {
    return kind == "workload"   ? texts_of(workload_registry())
           : kind == "executor" ? texts_of(executor_registry())
                                : texts_of(backend_registry());
}

std::vector<ComponentText> search_path_components(std::string_view kind) {
    return kind == "workload"   ? texts_of(&Library::workloads)
           : kind == "executor" ? texts_of(&Library::executors)
                                : texts_of(&Library::backends);
}

Result<ComponentText> find_component_text(std::string_view kind, std::string_view name) {
    if (kind == "workload") {
        return text_of(find_workload(name));
    }
    if (kind == "executor") {
        return text_of(find_executor(name));
    }
    if (kind == "backend") {
        return text_of(find_backend(name));
    }
    const std::string_view close = nearest(kind, kComponentKinds);
    return bad_input(fmt::format(
        "no kind of component is called '{}': {}", kind,
        close.empty() ? fmt::format("choose one of {}", fmt::join(kComponentKinds, ", "))
                      : fmt::format("did you mean '{}'?", close)));
}

OptionText option_text(const OptionSpec& option) {
    return {.type = type_name(option.type),
            .unit = option.unit.empty() ? "-" : option.unit,
            .default_value = option.required                ? "required"
                             : option.default_value.empty() ? "none"
                                                            : option.default_value,
            .range = option.type == OptionType::boolean ? "on|off"
                     : option.range.empty()             ? "any"
                                                        : option.range};
}

}  // namespace commitbench::cli
