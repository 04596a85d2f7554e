// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/sweep_dry_run.hpp"

#include "harness/measure/machine.hpp"
#include "harness/run/number_text.hpp"
#include "harness/sweep/order.hpp"

#include <algorithm>
#include <set>

namespace commitbench::cli {
namespace {

std::string mebibytes(std::uint64_t bytes) {
    return grouped(static_cast<std::int64_t>(bytes >> 20U)) + " MiB";
}

struct Disk {
    std::size_t states = 0;
    std::uint64_t bytes = 0;    ///< of all of them
    std::uint64_t largest = 0;  ///< of one
    bool guessed = false;       ///< some are not there yet
};

Disk disk_of(const CheckedPlan& plan, SweepRunner& runner) {
    Disk disk;
    std::set<std::string> seen;
    for (const sweep::SweepCell& cell : plan.cells) {
        const auto identity = runner.state_of(cell);
        if (!identity || !seen.insert(identity->name()).second) {
            continue;
        }
        const auto known = runner.states().bytes_of(*identity);
        const std::uint64_t bytes = known.value_or(identity->keys * kBytesAKey);
        disk.guessed = disk.guessed || !known;
        ++disk.states;
        disk.bytes += bytes;
        disk.largest = std::max(disk.largest, bytes);
    }
    return disk;
}

std::string render_disk(const CheckedPlan& plan, SweepRunner& runner) {
    const Disk disk = disk_of(plan, runner);
    if (disk.states == 0) {
        return "disk         next to nothing: no cell keeps its state in files\n";
    }
    const sweep::StateCache& states = runner.states();
    std::string text = fmt::format(
        "disk         {} for {} first {} in {} (at most {} are kept), and {} for the copy that a "
        "run works on{}\n",
        mebibytes(std::min(disk.bytes, std::max(states.limit_bytes(), disk.largest))), disk.states,
        disk.states == 1 ? "state" : "states", states.folder().native(),
        format_size(states.limit_bytes()), mebibytes(disk.largest),
        disk.guessed ? fmt::format(" (by rule: {} bytes a key)", kBytesAKey) : "");
    std::filesystem::path there = std::filesystem::absolute(states.folder());
    std::error_code error;
    while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
        there = there.parent_path();
    }
    const auto space = std::filesystem::space(there, error);
    if (!error) {
        text += fmt::format(
            "             {} are free there{}\n", mebibytes(space.available),
            space.available < disk.bytes + disk.largest ? ": that may not be enough" : "");
    }
    return text;
}

std::string render_cells(const CheckedPlan& plan) {
    std::string text = "cells\n";
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        const sweep::SweepCell& cell = plan.cells[i];
        text += fmt::format("  {:>4}  {} ", i + 1, cell.id);
        if (cell.role != sweep::CellRole::cell) {
            text += fmt::format(" [{}]", cell.role == sweep::CellRole::aa ? "A/A" : "null x null");
        }
        for (const auto& [name, value] : cell.axes) {
            text += fmt::format(" {}={}", name, value);
        }
        text += "\n";
    }
    return text;
}

std::string render_order(const CheckedPlan& plan, const sweep::ScheduleSettings& schedule) {
    if (schedule.order == sweep::Order::sequential) {
        return fmt::format("order        sequential: every cell {} times, then the next one\n",
                           schedule.repetitions);
    }
    std::string text = fmt::format("order        blocks, seed {}\n", schedule.seed);
    for (std::uint64_t repetition = 1; repetition <= schedule.repetitions; ++repetition) {
        if (!schedule.shard.runs(repetition)) {
            continue;
        }
        text += fmt::format("  repetition {:>3}: ", repetition);
        for (const std::size_t cell :
             sweep::order_of(schedule.seed, plan.cells.size(), repetition)) {
            text += fmt::format(" {}", cell + 1);
        }
        text += "\n";
    }
    return text;
}

}  // namespace

std::string render_dry_run(const CheckedPlan& plan,
                           const sweep::ScheduleSettings& settings,
                           const sweep::RunLog& log,
                           SweepRunner& runner) {
    sweep::Schedule schedule(plan.cells, settings);
    for (const sweep::RunEntry& entry : log.entries()) {
        schedule.note(entry);
    }
    schedule.begin();
    const std::vector<sweep::Slot> rest = schedule.remaining();
    const sweep::Estimate estimate = sweep::estimate_from(log, plan.cells, runner);
    const bool measured = schedule.done() > 0;
    std::string text = fmt::format("plan         {}: {}\n", plan.plan.name, plan.plan.description);
    text += fmt::format("             {}, hash {}\n", plan.plan.file, plan.hash);
    text += fmt::format(
        "runs         {} of {} cells x {} repetitions{}; {} are done\n", rest.size(),
        plan.cells.size(), settings.repetitions,
        settings.shard.count > 1 ? fmt::format(" (shard {})", settings.shard.text()) : "",
        schedule.done());
    text += fmt::format("time         about {} ({})\n",
                        sweep::show_duration(sweep::seconds_of(rest, plan.cells, estimate, runner)),
                        measured ? "from the runs that are done"
                                 : fmt::format("by rule: {}", sweep::estimate_rule()));
    text += fmt::format("time limit   {} s a run\n", plan.plan.time_limit.count());
    text += render_disk(plan, runner);
    text += render_cells(plan);
    text += render_order(plan, settings);
    return text;
}

}  // namespace commitbench::cli
