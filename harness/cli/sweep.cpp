// SPDX-License-Identifier: Apache-2.0
// `commitbench sweep`: a matrix of cells, repeated, interleaved, resumed where it ended.
#include "harness/cli/command.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/cli/sweep_dry_run.hpp"
#include "harness/cli/sweep_runner.hpp"
#include "harness/run/data_folder.hpp"
#include "harness/run/result_line.hpp"
#include "harness/run/utc_time.hpp"
#include "harness/sweep/manifest.hpp"
#include "harness/sweep/sweep_folder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

namespace commitbench::cli {
namespace {

namespace fs = std::filesystem;

struct SweepArguments {
    std::string plan;
    std::string out;
    PlanChanges changes;
    std::string until_ci;
    std::string max_repetitions;
    std::string shard = "1/1";
    std::string states;
    std::string states_size = "32GiB";
    bool dry_run = false;
    bool list = false;
    bool retry_failed = false;
    bool set_aside_corrupt = false;
    bool quiet = false;
};

/// Repetitions that --until-ci may add, where the user does not say: three times as many in all.
constexpr std::uint64_t kMostTimes = 3;

/// The arguments, understood.
struct Settings {
    sweep::ScheduleSettings schedule;
    std::uint64_t least_repetitions = 0;
    std::optional<double> until_ci_percent;
    std::uint64_t states_limit = 0;
    fs::path states;
};

Result<double> parse_percent(std::string text) {
    if (text.ends_with('%')) {
        text.pop_back();
    }
    char* end = nullptr;
    const double percent = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(percent > 0) || percent > 100) {
        return bad_input(fmt::format(
            "--until-ci {}: is no share; write the half width of the interval, such as 2%", text));
    }
    return percent;
}

Status understand_until_ci(const SweepArguments& arguments, Settings& settings) {
    if (arguments.until_ci.empty()) {
        return arguments.max_repetitions.empty()
                   ? Status()
                   : bad_input("--max-repetitions: is the cap of --until-ci, which is not given");
    }
    const auto percent = parse_percent(arguments.until_ci);
    if (!percent) {
        return percent.error();
    }
    settings.until_ci_percent = *percent;
    std::uint64_t& most = settings.schedule.repetitions;
    most = kMostTimes * settings.least_repetitions;
    if (!arguments.max_repetitions.empty()) {
        const auto number = parse_integer(arguments.max_repetitions);
        if (!number || *number < settings.least_repetitions) {
            return bad_input(
                fmt::format("--max-repetitions {}: is not good; write a whole number of at least "
                            "the {} repetitions of the plan, or lower those with --repetitions",
                            arguments.max_repetitions, settings.least_repetitions));
        }
        most = *number;
    }
    if (settings.schedule.shard.count > 1) {
        return bad_input(
            "--until-ci: looks at the runs of one folder, and a shard has only a part "
            "of them; give --repetitions instead");
    }
    if (settings.schedule.order == sweep::Order::sequential) {
        return bad_input(
            "--until-ci: adds whole repetitions, which the sequential order does not "
            "have; use the order blocks");
    }
    return {};
}

Result<Settings> understand(const SweepArguments& arguments, const CheckedPlan& plan) {
    const auto shard = sweep::parse_shard(arguments.shard);
    if (!shard) {
        return bad_input("--shard: " + shard.error().message);
    }
    const auto limit = parse_size(arguments.states_size);
    if (!limit) {
        return bad_input(fmt::format("--states-size {}: is no size; write one such as 32GiB",
                                     arguments.states_size));
    }
    Settings settings{.schedule = {.seed = plan.plan.seed,
                                   .order = plan.plan.order,
                                   .repetitions = plan.plan.repetitions,
                                   .shard = *shard,
                                   .retry_failed = arguments.retry_failed},
                      .least_repetitions = plan.plan.repetitions,
                      .until_ci_percent = {},
                      .states_limit = *limit,
                      .states = arguments.states.empty() ? fs::path(arguments.out) / "states"
                                                         : fs::path(arguments.states)};
    COMMITBENCH_TRY(understand_until_ci(arguments, settings));
    return settings;
}

Result<int> list_plans() {
    const auto files = shipped_plans();
    if (!files) {
        return files.error();
    }
    for (const fs::path& file : *files) {
        const auto plan = read_plan(file.native(), {}, "commitbench-results");
        if (!plan) {
            return plan.error();
        }
        fmt::print("{:<16} {} cells x {}: {}\n", plan->plan.name, plan->cells.size(),
                   plan->plan.repetitions, plan->plan.description);
    }
    return 0;
}

/// Refuses a folder of another sweep.
Result<std::optional<sweep::ManifestSummary>> earlier(const fs::path& folder,
                                                      const CheckedPlan& plan) {
    auto manifest = sweep::read_manifest(folder);
    if (!manifest) {
        return manifest.error();
    }
    if (*manifest && (*manifest)->plan_hash != plan.hash) {
        return bad_input(fmt::format(
            "the folder {} holds the sweep of {}, {}: name another folder", folder.native(),
            (*manifest)->plan_name == plan.plan.name
                ? fmt::format("another version of the plan '{}'", plan.plan.name)
                : fmt::format("the plan '{}'", (*manifest)->plan_name),
            "whose cells, seed or order are not those of this plan"));
    }
    return manifest;
}

void warn_of_another_build(const sweep::ManifestSummary& before, sweep::SweepProgress& progress) {
    if (before.git_revision != build_facts().git_revision) {
        progress.tell(fmt::format(
            "warning: earlier runs in this folder are of revision {}, the next ones of {}: they "
            "are not to be pooled without saying so",
            before.git_revision.substr(0, 12), build_facts().git_revision.substr(0, 12)));
    }
}

Result<int> dry_run(const CheckedPlan& plan,
                    const Settings& settings,
                    SweepRunner& runner,
                    const std::string& out) {
    const auto before = earlier(out, plan);
    if (!before) {
        return before.error();
    }
    const auto log = sweep::RunLog::look(out);
    if (!log) {
        return log.error();
    }
    fmt::print("{}", render_dry_run(plan, settings.schedule, *log, runner));
    if (settings.until_ci_percent) {
        fmt::print("until        intervals of +-{} %: {} to {} repetitions of each cell\n",
                   *settings.until_ci_percent, settings.least_repetitions,
                   settings.schedule.repetitions);
    }
    return 0;
}

Status write_down(const CheckedPlan& plan,
                  const Settings& settings,
                  const fs::path& out,
                  const SweepRunner& runner,
                  const std::vector<std::string>& command,
                  const std::optional<sweep::ManifestSummary>& before) {
    sweep::ManifestContents contents{
        .plan = &plan.plan,
        .cells = &plan.cells,
        .commands = {},
        .plan_hash = plan.hash,
        .repetitions = settings.least_repetitions,
        .until_ci_percent = settings.until_ci_percent,
        .max_repetitions =
            settings.until_ci_percent ? std::optional(settings.schedule.repetitions) : std::nullopt,
        .session = {.started_utc = utc_now(),
                    .shard = settings.schedule.shard,
                    .command = command,
                    .machine = machine_facts(),
                    .storage = storage_facts(out),
                    .doctor = run_doctor({.directory = out, .memory_budget = 0})}};
    for (const sweep::SweepCell& cell : plan.cells) {
        contents.commands.push_back(runner.command(cell));
    }
    return sweep::write_manifest(out, contents, before);
}

Result<int> finish(const sweep::SweepSummary& summary, const fs::path& out, bool quiet) {
    if (!quiet) {
        fmt::print("{} runs are in {}, {} of them new\n", summary.done,
                   (out / kResultFile).native(), summary.fresh);
    }
    if (summary.given_up.empty()) {
        return 0;
    }
    return Error{
        ErrorCode::mismatch,
        fmt::format("{} {} given up after {} attempts: {}; the lines in {} say why, and "
                    "--retry-failed tries again",
                    summary.given_up.size(),
                    summary.given_up.size() == 1 ? "cell was" : "cells were", sweep::kMostAttempts,
                    fmt::join(summary.given_up, ", "), (out / kResultFile).native())};
}

Result<int> sweep_plan(const SweepArguments& arguments, const std::vector<std::string>& command) {
    if (arguments.plan.empty()) {
        return bad_input("sweep: no plan is given: name a file or one of those that --list shows");
    }
    if (arguments.out.empty() && !arguments.dry_run) {
        return bad_input("--out: is missing; name the folder that gets the results");
    }
    const std::string out = arguments.out.empty() ? "." : arguments.out;
    const auto plan = read_plan(arguments.plan, arguments.changes, out);
    if (!plan) {
        return plan.error();
    }
    auto settings = understand(arguments, *plan);
    if (!settings) {
        return settings.error();
    }
    sweep::SweepProgress progress(stderr, ::isatty(STDERR_FILENO) == 1, arguments.quiet);
    SweepRunner runner(*plan, out, sweep::StateCache(settings->states, settings->states_limit),
                       settings->until_ci_percent.value_or(0), progress);
    if (arguments.dry_run) {
        return dry_run(*plan, *settings, runner, out);
    }
    const auto folder = sweep::SweepFolder::claim(out, &interrupt_flag());
    if (!folder) {
        return folder.error();
    }
    const auto before = earlier(out, *plan);
    if (!before) {
        return before.error();
    }
    auto log = sweep::RunLog::open(out, plan->hash, arguments.set_aside_corrupt);
    if (!log) {
        return log.error();
    }
    for (const std::string& repair : log->repairs()) {
        progress.tell(repair);
    }
    if (*before) {
        warn_of_another_build(**before, progress);
    }
    DataFolder::remove_leftovers(settings->states);
    COMMITBENCH_TRY(write_down(*plan, *settings, out, runner, command, *before));
    const auto summary = sweep::run_sweep({.plan = &plan->plan,
                                           .cells = &plan->cells,
                                           .plan_hash = plan->hash,
                                           .schedule = settings->schedule,
                                           .least_repetitions = settings->least_repetitions,
                                           .interrupt = &interrupt_flag()},
                                          *log, runner, progress);
    return summary ? finish(*summary, out, arguments.quiet) : Result<int>(summary.error());
}

/// For the manifest: what was typed.
std::vector<std::string> typed(const SweepArguments& arguments) {
    std::vector<std::string> words{"commitbench", "sweep", arguments.plan, "--out", arguments.out};
    for (const auto& [flag, value] :
         {std::pair{"--repetitions", &arguments.changes.repetitions},
          std::pair{"--seed", &arguments.changes.seed},
          std::pair{"--order", &arguments.changes.order},
          std::pair{"--until-ci", &arguments.until_ci},
          std::pair{"--max-repetitions", &arguments.max_repetitions},
          std::pair{"--shard", &arguments.shard}, std::pair{"--states", &arguments.states},
          std::pair{"--states-size", &arguments.states_size}}) {
        if (!value->empty()) {
            words.emplace_back(flag);
            words.push_back(*value);
        }
    }
    return words;
}

}  // namespace

void add_sweep(CLI::App& app, Action& chosen) {
    auto arguments = std::make_shared<SweepArguments>();
    CLI::App* command = app.add_subcommand(
        "sweep", "Measures a plan's cells again and again, in random order, and can be resumed");
    command
        ->add_option("plan", arguments->plan, "A plan: a TOML file, or the name of a shipped one")
        ->type_name("PLAN");
    command
        ->add_option("--out", arguments->out,
                     "Folder for manifest.json, runs.jsonl and ledgers; goes on where it ended, if "
                     "it holds this sweep")
        ->type_name("DIR");
    command->add_flag("--list", arguments->list, "Name the plans that come with the program");
    command->add_flag("--dry-run", arguments->dry_run,
                      "Print cells, order, time and disk, and run nothing");
    command
        ->add_option("--repetitions", arguments->changes.repetitions,
                     "Runs of each cell (default: the plan's)")
        ->type_name("N");
    command
        ->add_option("--until-ci", arguments->until_ci,
                     "Add repetitions of a cell until the half width of its 95 % interval is at "
                     "most this")
        ->type_name("PERCENT");
    command
        ->add_option("--max-repetitions", arguments->max_repetitions,
                     "Cap of --until-ci (default: three times the repetitions)")
        ->type_name("N");
    command
        ->add_option("--seed", arguments->changes.seed,
                     "Of the order of runs (default: the plan's); the axis `seed` is a run's own")
        ->type_name("N");
    command
        ->add_option("--order", arguments->changes.order,
                     "blocks: every cell once a repetition, in random order; sequential: one cell "
                     "after the other")
        ->type_name("blocks|sequential");
    command
        ->add_option("--time-limit", arguments->changes.time_limit,
                     "A run that has no end by then is killed and has failed (default: the "
                     "plan's, 3600)")
        ->type_name("SECONDS");
    command
        ->add_option("--shard", arguments->shard,
                     "Run the repetitions i, i+n, ... only: one of n machines; see merge")
        ->type_name("i/n")
        ->capture_default_str();
    command
        ->add_option("--states", arguments->states,
                     "Folder for loaded first states, kept for other sweeps (default: states in "
                     "--out)")
        ->type_name("DIR");
    command
        ->add_option("--states-size", arguments->states_size,
                     "Remove the states used longest ago beyond this")
        ->type_name("SIZE")
        ->capture_default_str();
    command->add_flag("--retry-failed", arguments->retry_failed,
                      "Try cells again that were given up after three attempts");
    command->add_flag("--set-aside-corrupt", arguments->set_aside_corrupt,
                      "Move damaged lines of runs.jsonl to another file and do their runs again");
    command->add_flag("--quiet", arguments->quiet, "No progress; failed runs are still told");
    command->callback([&chosen, arguments] {
        chosen = [arguments] {
            return arguments->list ? list_plans() : sweep_plan(*arguments, typed(*arguments));
        };
    });
}

}  // namespace commitbench::cli
