// SPDX-License-Identifier: Apache-2.0
// `commitbench describe KIND NAME`: the table from which a component's options are parsed.
#include "harness/cli/command.hpp"
#include "harness/cli/component_text.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench::cli {
namespace {

using Row = std::array<std::string_view, 6>;

std::vector<Row> rows_of(std::span<const OptionSpec> table) {
    std::vector<Row> rows{{"option", "type", "unit", "default", "range", "what it does"}};
    for (const OptionSpec& option : table) {
        const OptionText text = option_text(option);
        rows.push_back(
            {option.key, text.type, text.unit, text.default_value, text.range, option.help});
    }
    return rows;
}

Result<int> describe(const std::string& kind, const std::string& name) {
    const auto found = find_component_text(kind, name);
    if (!found) {
        return found.error();
    }
    fmt::print("{} {}: {}\n", kind, found->name, found->summary);
    if (found->options.empty()) {
        fmt::print("It has no options.\n");
        return 0;
    }
    const std::vector<Row> rows = rows_of(found->options);
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

}  // namespace

void add_describe(CLI::App& app, Action& chosen) {
    struct Arguments {
        std::string kind;
        std::string name;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("describe", "The options of one component");
    command->add_option("KIND", arguments->kind, "What it is")
        ->type_name(fmt::format("{}", fmt::join(kComponentKinds, "|")))
        ->required();
    command
        ->add_option("NAME", arguments->name,
                     "its name, as `commitbench list` prints it, or a plug-in's file")
        ->required();
    command->callback([&chosen, arguments] {
        chosen = [arguments] { return describe(arguments->kind, arguments->name); };
    });
}

}  // namespace commitbench::cli
