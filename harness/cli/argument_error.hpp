// SPDX-License-Identifier: Apache-2.0
// CLI11's parse errors in the words of this program: one line, with the nearest match where a word
// is unknown.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace commitbench::cli {

/// What was wrong, why, and the remedy. `app` is the app whose parse threw `error`.
[[nodiscard]] std::string explain(const CLI::App& app, const CLI::ParseError& error);

}  // namespace commitbench::cli
