// SPDX-License-Identifier: Apache-2.0
// Subcommands that are commands of the analysis: their words go there as they are.
#include "harness/cli/analysis_call.hpp"
#include "harness/cli/command.hpp"

#include <cerrno>
#include <cstdio>

namespace commitbench::cli {

void add_analysis_command(CLI::App& app,
                          Action& chosen,
                          const std::string& name,
                          const std::string& summary) {
    CLI::App* command = app.add_subcommand(name, summary);
    // Every word after the name, --help included, is for the analysis to understand.
    command->prefix_command();
    command->fallthrough(false);
    command->set_help_flag();
    command->callback([command, &chosen, name] {
        chosen = [name, rest = command->remaining()]() -> Result<int> {
            std::vector<std::string> words{name};
            words.insert(words.end(), rest.begin(), rest.end());
            const auto call = AnalysisCall::make(std::move(words));
            if (!call) {
                return call.error();
            }
            std::fflush(nullptr);  // else unwritten output would be lost
            call->exec();
            return call->not_started(errno);
        };
    });
}

}  // namespace commitbench::cli
