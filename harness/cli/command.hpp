// SPDX-License-Identifier: Apache-2.0
// Command: what one subcommand does once the command line is understood.
//
// Each subcommand is one file with one add_… function, declared here. It tells CLI11 its flags and,
// where the user asked for it, leaves its action in `chosen`. Nothing runs while arguments are
// still being parsed.
#pragma once

#include "harness/core/result.hpp"

#include <CLI/CLI.hpp>
#include <functional>

namespace commitbench::cli {

/// Does the work; the exit code, or the Error that main() prints as one line.
using Action = std::function<Result<int>()>;

void add_run(CLI::App& app, Action& chosen);
void add_load(CLI::App& app, Action& chosen);
void add_sweep(CLI::App& app, Action& chosen);
void add_merge(CLI::App& app, Action& chosen);
void add_root(CLI::App& app, Action& chosen);
void add_list(CLI::App& app, Action& chosen);
void add_describe(CLI::App& app, Action& chosen);
void add_doctor(CLI::App& app, Action& chosen);
void add_trace(CLI::App& app, Action& chosen);
void add_check_plugin(CLI::App& app, Action& chosen);
// These two speak of all of `app`, which must live until the action has run.
void add_man(CLI::App& app, Action& chosen);
void add_completion(CLI::App& app, Action& chosen);

/// A subcommand that scripts/analysis carries out: `name` is a command there, which gets all words
/// after it and becomes this process.
void add_analysis_command(CLI::App& app,
                          Action& chosen,
                          const std::string& name,
                          const std::string& summary);

/// `commitbench` without arguments: a few small cells.
[[nodiscard]] Result<int> first_look();

/// `--version`: several lines.
[[nodiscard]] std::string version_text();

}  // namespace commitbench::cli
