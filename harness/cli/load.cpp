// SPDX-License-Identifier: Apache-2.0
// `commitbench load`: a first state, loaded once for many runs.
#include "harness/cli/cell_process.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/run_arguments.hpp"
#include "harness/run/number_text.hpp"
#include "harness/run/saved_state.hpp"

#include <fmt/format.h>

namespace commitbench::cli {
namespace {

Result<int> load(const RunArguments& arguments) {
    auto request = make_request(arguments, 0);
    if (!request) {
        return request.error();
    }
    const auto progress = make_text_progress(stderr);
    const auto saved = save_first_state({.backend = std::move(request->backend),
                                         .workload = std::move(request->workload),
                                         .seed = request->seed,
                                         .memory_budget = request->memory_budget,
                                         .workers = request->workers,
                                         .folder = arguments.directory,
                                         .is_data_folder = request->is_data_folder,
                                         .progress = arguments.quiet ? nullptr : progress.get(),
                                         .interrupt = request->interrupt});
    if (!saved) {
        return saved.error();
    }
    if (!arguments.quiet) {
        fmt::print(
            "{} keys in {:.2f} s, {:.1f} MiB on disk. commitbench run --state {} with the "
            "same backend, memory, seed and first state runs on a copy.\n",
            grouped(static_cast<std::int64_t>(saved->identity.keys)), saved->load_seconds,
            static_cast<double>(saved->bytes) / (1 << 20), arguments.directory);
    }
    return 0;
}

}  // namespace

void add_load(CLI::App& app, Action& chosen) {
    auto arguments = std::make_shared<RunArguments>();
    CLI::App* command = app.add_subcommand(
        "load", "Loads a first state into a folder, for `run --state` to start from");
    command->add_option("--workload", arguments->workload, "Makes the first state")
        ->type_name("SPEC")
        ->capture_default_str();
    command->add_option("--backend", arguments->backends.front(), "Keeps it, in files")
        ->type_name("SPEC")
        ->capture_default_str();
    command->add_option("--seed", arguments->seed, "Everything random follows from it")
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--memory", arguments->memory, "Budget of the runs; the same for them")
        ->type_name("SIZE")
        ->capture_default_str();
    command
        ->add_option("--workers", arguments->workers, "Threads for the parts that run in parallel")
        ->type_name("N")
        ->capture_default_str();
    command->add_option("--dir", arguments->directory, "Folder for the state; made, or empty")
        ->type_name("DIR")
        ->required();
    command->add_flag("--quiet", arguments->quiet, "No progress and no last line");
    command->add_option("--report-to", arguments->report)->group("")->configurable(false);
    command->callback([&chosen, arguments] {
        chosen = [arguments]() -> Result<int> {
            auto done = load(*arguments);
            if (!done && arguments->report >= 0) {
                report_error(arguments->report, done.error());
            }
            return done;
        };
    });
}

}  // namespace commitbench::cli
