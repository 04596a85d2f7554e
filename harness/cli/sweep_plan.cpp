// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/sweep_plan.hpp"

#include "harness/cli/share_folder.hpp"
#include "harness/run/durable_file.hpp"

#include <algorithm>

namespace commitbench::cli {
namespace {

namespace fs = std::filesystem;

Result<fs::path> find_plan(const std::string& name) {
    std::error_code error;
    if (fs::is_regular_file(name, error)) {
        return fs::path(name);
    }
    if (name.find('/') != std::string::npos || name.ends_with(".toml")) {
        return bad_input(
            fmt::format("{}: there is no such plan; commitbench sweep --list names "
                        "those that come with the program",
                        name));
    }
    const auto plans = shipped_plans();
    if (!plans) {
        return plans.error();
    }
    std::vector<std::string> names;
    for (const fs::path& plan : *plans) {
        names.push_back(plan.stem().native());
        if (names.back() == name) {
            return plan;
        }
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    const std::string_view close = nearest(name, known);
    return bad_input(fmt::format(
        "no plan is called '{}', and no file: {}", name,
        close.empty() ? fmt::format("choose from {}, or name a file", fmt::join(names, ", "))
                      : fmt::format("did you mean '{}'?", close)));
}

Status apply(const PlanChanges& changes, sweep::Plan& plan) {
    if (!changes.repetitions.empty()) {
        const auto number = parse_integer(changes.repetitions);
        if (!number || *number == 0) {
            return bad_input(
                fmt::format("--repetitions {}: is not good; write a whole number of "
                            "at least 1",
                            changes.repetitions));
        }
        plan.repetitions = *number;
    }
    if (!changes.seed.empty()) {
        const auto number = parse_integer(changes.seed);
        if (!number) {
            return bad_input(
                fmt::format("--seed {}: is not good; write a whole number", changes.seed));
        }
        plan.seed = *number;
    }
    if (!changes.order.empty()) {
        const auto order = sweep::parse_order(changes.order);
        if (!order) {
            return bad_input("--order: " + order.error().message);
        }
        plan.order = *order;
    }
    if (!changes.time_limit.empty()) {
        const auto limit = parse_time_limit(changes.time_limit);
        if (!limit) {
            return limit.error();
        }
        plan.time_limit = *limit;
    }
    return {};
}

}  // namespace

Result<std::vector<fs::path>> shipped_plans() {
    const auto share = share_folder();
    if (!share) {
        return share.error();
    }
    std::vector<fs::path> plans;
    std::error_code error;
    for (auto entry = fs::directory_iterator(*share / "plans", error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (entry->path().extension() == ".toml") {
            plans.push_back(entry->path());
        }
    }
    std::ranges::sort(plans);
    return plans;
}

Result<CheckedPlan> read_plan(const std::string& name,
                              const PlanChanges& changes,
                              const std::string& results) {
    const auto file = find_plan(name);
    if (!file) {
        return file.error();
    }
    auto text = read_file(*file);
    if (!text) {
        return text.error();
    }
    auto plan = sweep::parse_plan(text->value_or(std::string()), file->native(), run_axes());
    if (!plan) {
        return plan.error();
    }
    COMMITBENCH_TRY(apply(changes, *plan));
    auto cells = sweep::expand(*plan, run_axes());
    if (!cells) {
        return cells.error();
    }
    CheckedPlan checked{std::move(*plan), std::move(*cells), {}, {}};
    for (const sweep::SweepCell& cell : checked.cells) {
        auto arguments = arguments_of(cell, checked.plan.file, results);
        if (!arguments) {
            return arguments.error();
        }
        checked.arguments.push_back(std::move(*arguments));
    }
    checked.hash = sweep::plan_hash(checked.plan, checked.cells);
    return checked;
}

}  // namespace commitbench::cli
