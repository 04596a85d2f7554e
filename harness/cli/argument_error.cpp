// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/argument_error.hpp"

#include "harness/cli/command_tree.hpp"
#include "harness/core/options.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace commitbench::cli {
namespace {

/// The innermost subcommand that was asked for, and how a user types it ("commitbench trace info").
std::pair<const CLI::App*, std::string> innermost(const CLI::App& app) {
    const CLI::App* inner = &app;
    std::string typed = app.get_name();
    for (auto chosen = inner->get_subcommands(); !chosen.empty();
         chosen = inner->get_subcommands()) {
        inner = chosen.front();
        typed += ' ' + inner->get_name();
    }
    return {inner, typed};
}

std::string nearest_of(std::string_view word, const std::vector<std::string>& candidates) {
    const std::vector<std::string_view> views(candidates.begin(), candidates.end());
    return std::string(nearest(word, views));
}

std::string explain_unknown(const CLI::App& app, const std::string& word) {
    const auto [inner, typed] = innermost(app);
    if (word.starts_with('-')) {
        std::vector<std::string> known = flag_names(*inner);
        for (const CLI::App* outer = inner->get_parent(); outer != nullptr;
             outer = outer->get_parent()) {
            std::ranges::copy(flag_names(*outer), std::back_inserter(known));
        }
        const std::string flag = word.substr(0, word.find('='));
        const std::string close = nearest_of(flag, known);
        return fmt::format("'{}' has no flag {}: {}", typed, flag,
                           close.empty() ? fmt::format("'{} --help' lists them", typed)
                                         : fmt::format("did you mean {}?", close));
    }
    std::vector<std::string> names;
    for (const CLI::App* sub : subcommands_of(*inner)) {
        names.push_back(sub->get_name());
    }
    if (names.empty()) {
        return fmt::format("'{}' does not take the word '{}': '{} --help' says what it takes",
                           typed, word, typed);
    }
    const std::string close = nearest_of(word, names);
    return fmt::format("'{}' has no subcommand '{}': {}", typed, word,
                       close.empty() ? fmt::format("choose one of {}", fmt::join(names, ", "))
                                     : fmt::format("did you mean '{}'?", close));
}

}  // namespace

std::string explain(const CLI::App& app, const CLI::ParseError& error) {
    // An unknown word comes first: whatever else is missing is most likely missing because of it.
    const std::vector<std::string> unknown = app.remaining(true);
    const auto flag = std::ranges::find_if(
        unknown, [](const std::string& word) { return word.starts_with('-'); });
    if (flag != unknown.end()) {
        return explain_unknown(app, *flag);
    }
    if (!unknown.empty()) {
        return explain_unknown(app, unknown.front());
    }
    if (dynamic_cast<const CLI::ConfigError*>(&error) != nullptr) {
        return error.what();
    }
    const std::string typed = innermost(app).second;
    if (dynamic_cast<const CLI::FileError*>(&error) != nullptr) {
        return fmt::format("--config: {}: name a readable TOML file", error.what());
    }
    return fmt::format("{}: {}: see '{} --help'", typed, error.what(), typed);
}

}  // namespace commitbench::cli
