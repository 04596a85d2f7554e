// SPDX-License-Identifier: Apache-2.0
// `commitbench describe KIND NAME`: the table from which a component's options are parsed.
#include "harness/cli/command.hpp"
#include "harness/cli/component_choice.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench::cli {
namespace {

constexpr std::array<std::string_view, 3> kKinds{"workload", "executor", "backend"};

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

using Row = std::array<std::string, 6>;

std::vector<Row> rows_of(std::span<const OptionSpec> table) {
    std::vector<Row> rows{{"option", "type", "unit", "default", "range", "what it does"}};
    for (const OptionSpec& option : table) {
        rows.push_back({std::string(option.key), std::string(type_name(option.type)),
                        option.unit.empty() ? "-" : std::string(option.unit),
                        option.required                ? "required"
                        : option.default_value.empty() ? "none"
                                                       : std::string(option.default_value),
                        option.type == OptionType::boolean ? "on|off"
                        : option.range.empty()             ? "any"
                                                           : std::string(option.range),
                        std::string(option.help)});
    }
    return rows;
}

template<class C>
Result<int> describe_component(std::string_view kind, const Result<const C*>& component) {
    if (!component) {
        return component.error();
    }
    const C& found = **component;
    fmt::print("{} {}: {}\n", kind, found.name, found.summary);
    if (found.options.empty()) {
        fmt::print("It has no options.\n");
        return 0;
    }
    const std::vector<Row> rows = rows_of(found.options);
    Row::size_type column = 0;
    std::array<std::size_t, 5> widths{};
    for (std::size_t& width : widths) {
        for (const Row& row : rows) {
            width = std::max(width, row[column].size());
        }
        ++column;
    }
    fmt::print("\n");
    for (const Row& row : rows) {
        for (column = 0; column < widths.size(); ++column) {
            fmt::print("  {:<{}}", row[column], widths[column]);
        }
        fmt::print("  {}\n", row.back());
    }
    return 0;
}

Result<int> describe(const std::string& kind, const std::string& name) {
    if (kind == "workload") {
        return describe_component(kind, find_workload(name));
    }
    if (kind == "executor") {
        return describe_component(kind, find_executor(name));
    }
    if (kind == "backend") {
        return describe_component(kind, find_backend(name));
    }
    const std::string_view close = nearest(kind, kKinds);
    return bad_input(fmt::format("no kind of component is called '{}': {}", kind,
                                 close.empty()
                                     ? fmt::format("choose one of {}", fmt::join(kKinds, ", "))
                                     : fmt::format("did you mean '{}'?", close)));
}

}  // namespace

void add_describe(CLI::App& app, Action& chosen) {
    struct Arguments {
        std::string kind;
        std::string name;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("describe", "The options of one component");
    command->add_option("KIND", arguments->kind, "workload, executor or backend")->required();
    command
        ->add_option("NAME", arguments->name,
                     "its name, as `commitbench list` prints it, or a plug-in's file")
        ->required();
    command->callback([&chosen, arguments] {
        chosen = [arguments] { return describe(arguments->kind, arguments->name); };
    });
}

}  // namespace commitbench::cli
