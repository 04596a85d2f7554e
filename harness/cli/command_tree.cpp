// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/command_tree.hpp"

namespace commitbench::cli {
namespace {

/// CLI11's own name for the type of any text.
constexpr std::string_view kAnyText = "TEXT";

std::vector<const CLI::Option*> options_of(const CLI::App& app, bool positional) {
    std::vector<const CLI::Option*> options;
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_group().empty() && option->get_positional() == positional) {
            options.push_back(option);
        }
    }
    return options;
}

}  // namespace

std::vector<const CLI::App*> subcommands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); });
}

std::vector<const CLI::Option*> flags_of(const CLI::App& app) {
    return options_of(app, false);
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& app) {
    return options_of(app, true);
}

std::vector<std::string> spellings_of(const CLI::Option& flag) {
    std::vector<std::string> spellings;
    for (const std::string& name : flag.get_snames()) {
        spellings.push_back("-" + name);
    }
    for (const std::string& name : flag.get_lnames()) {
        spellings.push_back("--" + name);
    }
    return spellings;
}

std::vector<std::string> flag_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* flag : flags_of(app)) {
        for (const std::string& name : flag->get_lnames()) {
            names.push_back("--" + name);
        }
    }
    return names;
}

std::string value_name(const CLI::Option& option) {
    if (option.get_items_expected_max() == 0) {
        return {};
    }
    const std::string type = option.get_type_name();
    return option.get_positional() && (type.empty() || type == kAnyText) ? option.get_name() : type;
}

std::string default_value(const CLI::Option& option) {
    std::string text = option.get_default_str();
    if (text.starts_with('[') && text.ends_with(']')) {  // what CLI11 puts around several
        text = text.substr(1, text.size() - 2);
    }
    return text;
}

bool repeats(const CLI::Option& option) {
    return option.get_items_expected_max() > 1;
}

}  // namespace commitbench::cli
