// SPDX-License-Identifier: Apache-2.0
// `commitbench run`: cells of one workload and one executor with one or more backends.
#include "harness/cli/cell_process.hpp"
#include "harness/cli/command.hpp"
#include "harness/cli/comparison.hpp"
#include "harness/cli/component_choice.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/run_arguments.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/run/reference_process.hpp"
#include "harness/run/result_line.hpp"
#include "harness/run/table.hpp"

#include <fmt/format.h>

namespace commitbench::cli {
namespace {

Result<int> run_one(const RunArguments& arguments) {
    const auto progress = make_text_progress(stderr);
    const auto ask = [&] {
        auto request = make_request(arguments, 0);
        if (request && !arguments.quiet) {
            request->progress = progress.get();
        }
        return request;
    };
    const Result<RunRecord> record = [&]() -> Result<RunRecord> {
        // Before the request, which opens plug-ins.
        auto reference = ReferenceProcess::start(ask, &interrupt_flag());
        if (!reference) {
            return reference.error();
        }
        const auto request = ask();
        return request ? run_cell(*request, **reference) : request.error();
    }();
    if (!record) {
        if (arguments.report_only) {
            report_error(arguments.report, record.error());
        }
        return record.error();
    }
    if (arguments.report >= 0) {
        report_line(arguments.report, result_line(*record));
    }
    if (!arguments.quiet) {
        fmt::print("{}", render_table(*record, {.unicode = locale_is_utf8(),
                                                .meanings = arguments.report < 0}));
    }
    if (record->ledger.verdict == LedgerVerdict::void_run) {
        return Error{
            ErrorCode::mismatch,
            fmt::format("this run is void: {}; its line in {} says so", record->ledger.reason,
                        (std::filesystem::path(arguments.results) / kResultFile).string())};
    }
    return 0;
}

/// A cell with a plug-in in it runs in a process of its own, whose end by a signal is told in a
/// line.
Result<int> run_apart(const RunArguments& arguments) {
    const auto outcome = run_in_fresh_process(command_of(arguments, 0), {.state = arguments.state});
    if (!outcome) {
        return outcome.error();
    }
    if (outcome->exit_code == kInterruptedExit || interrupt_flag()) {
        return kInterruptedExit;
    }
    if (outcome->exit_code > kSignalExit) {
        return Error{
            ErrorCode::plug_in,
            fmt::format(
                "a plug-in has ended this run, {}: look for its mistake there, or run without it",
                how_it_ended(*outcome))};
    }
    if (outcome->exit_code <= 1 && !arguments.quiet) {
        fmt::print("{}", render_meanings());
    }
    return outcome->exit_code;
}

Result<bool> has_plugin(const RunArguments& arguments) {
    const auto request = make_request(arguments, 0);
    if (!request) {
        return request.error();
    }
    return request->backend.component->is_plugin() || request->executor.component->is_plugin() ||
           request->workload.component->is_plugin();
}

Result<int> run_several(const RunArguments& arguments) {
    // A word that is wrong in the last cell must not cost the time of the first.
    for (std::size_t cell = 0; cell < arguments.backends.size(); ++cell) {
        if (auto request = make_request(arguments, cell); !request) {
            return request.error();
        }
    }
    Comparison comparison;
    int worst = 0;
    for (std::size_t cell = 0; cell < arguments.backends.size(); ++cell) {
        if (!arguments.quiet) {
            fmt::print("{}cell {} of {}: {}\n", cell == 0 ? "" : "\n", cell + 1,
                       arguments.backends.size(), arguments.backends[cell]);
        }
        const auto outcome =
            run_in_fresh_process(command_of(arguments, cell), {.state = arguments.state});
        if (!outcome) {
            return outcome.error();
        }
        if (outcome->exit_code == kInterruptedExit || interrupt_flag()) {
            return kInterruptedExit;
        }
        comparison.add(arguments.backends[cell], outcome->exit_code, outcome->result_line);
        worst = std::max(worst, outcome->exit_code);
    }
    fmt::print("\n{}\n{}", comparison.render(), render_meanings());
    return worst;
}

}  // namespace

Result<int> run_cells(const RunArguments& arguments) {
    if (arguments.backends.size() > 1) {
        return run_several(arguments);
    }
    if (arguments.report < 0) {  // else this is the process of its own
        const auto plugin = has_plugin(arguments);
        if (!plugin) {
            return plugin.error();
        }
        if (*plugin) {
            return run_apart(arguments);
        }
    }
    return run_one(arguments);
}

void add_run(CLI::App& app, Action& chosen) {
    auto arguments = std::make_shared<RunArguments>();
    CLI::App* command = app.add_subcommand("run", "Measures a cell: executor x backend x workload");
    command->add_option("--workload", arguments->workload, "Makes the first state and the blocks")
        ->type_name("SPEC")
        ->capture_default_str();
    command
        ->add_option("--backend", arguments->backends,
                     "Keeps the state and commits to it; repeated, one cell each in a fresh "
                     "process and a table of all")
        ->type_name("SPEC")
        ->capture_default_str()
        ->allow_extra_args(false);
    command->add_option("--executor", arguments->executor, "Executes the blocks")
        ->type_name("SPEC")
        ->capture_default_str();
    command
        ->add_option("--blocks", arguments->blocks,
                     "Measured blocks (default: all of a finite workload, else 20)")
        ->type_name("N");
    command
        ->add_option("--warmup", arguments->warmup,
                     "Blocks before them that are not in the figures (default: a quarter)")
        ->type_name("N");
    command->add_option("--seed", arguments->seed, "Everything random follows from it")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--memory", arguments->memory,
                     "Budget of the cell for all caches and resident state")
        ->type_name("SIZE")
        ->capture_default_str();
    command
        ->add_option("--durability", arguments->durability,
                     "none: no sync; block: every block survives power loss")
        ->type_name("none|block")
        ->capture_default_str();
    command
        ->add_option("--workers", arguments->workers,
                     "Threads for the parts that run in parallel, this one included")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--pin", arguments->pin,
                     "on: each of several workers on a core of its own while it works")
        ->type_name("on|off")
        ->capture_default_str();
    command
        ->add_option("--execute-times", arguments->execute_times,
                     "Execute every block N times: throughput if execution cost N times as much")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--commit-times", arguments->commit_times,
                     "Commit to every block N times, with N - 1 more backends that have files and "
                     "a memory budget of their own: throughput if commitment cost N times as much")
        ->type_name("N")
        ->capture_default_str();
    command
        ->add_option("--dir", arguments->directory,
                     "Folder for the state, kept afterwards (default: a temporary one)")
        ->type_name("DIR");
    command->add_flag("--overwrite", arguments->overwrite,
                      "Empty --dir first where it holds a state of this program");
    command->add_flag("--reopen", arguments->reopen,
                      "Close and open the backend between blocks: cold caches");
    command->add_flag("--parallelism", arguments->parallelism,
                      "Record access sets and say how much of the workload could run at the same "
                      "time, whatever the executor");
    command
        ->add_option("--results", arguments->results, "Folder whose runs.jsonl gets a line a run")
        ->type_name("DIR")
        ->capture_default_str();
    command->add_flag("--quiet", arguments->quiet, "Neither progress nor the table of a cell");
    command
        ->add_option("--state", arguments->state,
                     "Run on a copy of this state, which `commitbench load` made, instead of "
                     "loading")
        ->type_name("DIR");
    command->add_option("--report-to", arguments->report)->group("")->configurable(false);
    command->add_flag("--report-only", arguments->report_only)->group("")->configurable(false);
    command->callback(
        [&chosen, arguments] { chosen = [arguments] { return run_cells(*arguments); }; });
}

}  // namespace commitbench::cli
