// SPDX-License-Identifier: Apache-2.0
// The configuration file: TOML, a section a subcommand, a key a flag.
//
//   [run]
//   workload = "transfer:accounts=1M"
//   backend = ["null", "flat", "mpt:store=lmdb"]   # a flag that may be repeated takes an array
//   blocks = 100
//   reopen = true
//
//   [trace.write]                                  # a subcommand of a subcommand
//   seed = 7
//
// A flag on the command line wins over the file.
#pragma once

#include <CLI/CLI.hpp>

namespace commitbench::cli {

/// Reads TOML for CLI11. Every fault (syntax, unknown section or key, a value of the wrong kind) is
/// a CLI::ConfigError whose text names file, line, column and, for an unknown word, the nearest
/// known one.
class ConfigFile : public CLI::Config {
  public:
    /// `app` is asked for the flags there are; it must outlive this.
    explicit ConfigFile(const CLI::App& app) : app_(app) {}

    std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;
    /// Not offered: this program never writes its configuration as a file. Always empty.
    std::string to_config(const CLI::App* app,
                          bool defaults,
                          bool descriptions,
                          std::string prefix) const override;

  private:
    const CLI::App& app_;
};

}  // namespace commitbench::cli
