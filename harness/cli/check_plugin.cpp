// SPDX-License-Identifier: Apache-2.0
// `commitbench check-plugin`: whether a plug-in does what plugin.h demands.
#include "harness/cli/check_plugin_arguments.hpp"
#include "harness/cli/command.hpp"

namespace commitbench::cli {

void add_check_plugin(CLI::App& app, Action& chosen) {
    auto arguments = std::make_shared<CheckPluginArguments>();
    CLI::App* command = app.add_subcommand(
        "check-plugin",
        "Tests whether a plug-in does what plugin.h demands, each test in a process of its own");
    command
        ->add_option(
            "PLUGIN", arguments->plugin,
            "a library, as ./libfoo.so:key=value, or a component that `commitbench list` prints")
        ->required();
    command
        ->add_option("--seed", arguments->seed,
                     "The tests' histories follow from it (default: 1, or that of --failed-of)")
        ->type_name("N");
    command
        ->add_option("--only", arguments->only,
                     "This test alone, as TEST or COMPONENT/TEST; repeated, several")
        ->type_name("TEST")
        ->allow_extra_args(false);
    command
        ->add_option("--failed-of", arguments->failed_of,
                     "Only tests that failed in this output of --json")
        ->type_name("FILE");
    command->add_flag("--json", arguments->json, "The result as JSON, with what each test demands");
    command
        ->add_option("--time-limit", arguments->time_limit,
                     "A test that has no end by then has failed")
        ->type_name("SECONDS")
        ->capture_default_str();
    command->add_option("--report-to", arguments->report)->group("")->configurable(false);
    command->add_option("--subject", arguments->subject)->group("")->configurable(false);
    command->add_option("--test", arguments->test)->group("")->configurable(false);
    command->add_option("--act", arguments->act)->group("")->configurable(false);
    command->add_option("--folder", arguments->folder)->group("")->configurable(false);
    command->callback(
        [&chosen, arguments] { chosen = [arguments] { return check_plugin(*arguments); }; });
}

}  // namespace commitbench::cli
