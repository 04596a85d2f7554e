// SPDX-License-Identifier: Apache-2.0
// The command line as a user may see it: CLI11's tree without what is hidden from --help (what has
// no group). Advice, the manual and completion walk it, so that none of them knows a flag by name.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace commitbench::cli {

/// In the order in which they were added; so everything below.
[[nodiscard]] std::vector<const CLI::App*> subcommands_of(const CLI::App& app);
[[nodiscard]] std::vector<const CLI::Option*> flags_of(const CLI::App& app);
[[nodiscard]] std::vector<const CLI::Option*> positionals_of(const CLI::App& app);

/// As they are typed: {"-h", "--help"}.
[[nodiscard]] std::vector<std::string> spellings_of(const CLI::Option& flag);
/// The long ones of all flags.
[[nodiscard]] std::vector<std::string> flag_names(const CLI::App& app);

/// What stands for the value: "DIR", "none|block"; of a positional without a type its name. "" for
/// a flag that takes no value.
[[nodiscard]] std::string value_name(const CLI::Option& option);
/// The value that counts where none is given; "" where there is none.
[[nodiscard]] std::string default_value(const CLI::Option& option);
/// Whether it can be given more than once.
[[nodiscard]] bool repeats(const CLI::Option& option);

}  // namespace commitbench::cli
