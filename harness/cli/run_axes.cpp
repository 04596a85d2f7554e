// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/run_axes.hpp"

#include <array>

namespace commitbench::cli {
namespace {

/// A flag that takes a value has a member of RunArguments; one that does not has the two words
/// that the axis takes instead.
struct Row {
    std::string_view name;
    std::string RunArguments::*value = nullptr;
    bool RunArguments::*flag = nullptr;
    std::string_view off{};
    std::string_view on{};
};

constexpr std::array kRows{
    Row{.name = "executor", .value = &RunArguments::executor},
    Row{.name = "backend"},
    Row{.name = "workload", .value = &RunArguments::workload},
    Row{.name = "workers", .value = &RunArguments::workers},
    Row{.name = "memory", .value = &RunArguments::memory},
    Row{.name = "durability", .value = &RunArguments::durability},
    Row{.name = "cache", .flag = &RunArguments::reopen, .off = "warm", .on = "cold"},
    Row{.name = "blocks", .value = &RunArguments::blocks},
    Row{.name = "warmup", .value = &RunArguments::warmup},
    Row{.name = "pin", .value = &RunArguments::pin},
    Row{.name = "seed", .value = &RunArguments::seed},
    Row{.name = "parallelism", .flag = &RunArguments::parallelism, .off = "off", .on = "on"},
};

Status apply(RunArguments& arguments, const Row& row, const std::string& value) {
    if (row.value != nullptr) {
        arguments.*row.value = value;
    } else if (row.flag == nullptr) {
        arguments.backends = {value};  // `run` takes several
    } else if (value == row.on || value == row.off) {
        arguments.*row.flag = value == row.on;
    } else {
        return bad_input(
            fmt::format("{} = '{}': write {} or {}", row.name, value, row.off, row.on));
    }
    return {};
}

Status apply(RunArguments& arguments, std::string_view axis, const std::string& value) {
    for (const Row& row : kRows) {
        if (row.name == axis) {
            return apply(arguments, row, value);
        }
    }
    return {};  // a free parameter: it stands in other values
}

}  // namespace

const sweep::RunAxes& run_axes() {
    static const sweep::RunAxes axes = [] {
        const RunArguments defaults;
        sweep::RunAxes made{.names = {},
                            .defaults = {{"executor", defaults.executor},
                                         {"backend", defaults.backends.front()},
                                         {"workload", defaults.workload}},
                            .null_cell = {{"executor", "replay"}, {"backend", "null"}}};
        for (const Row& row : kRows) {
            made.names.push_back(row.name);
        }
        return made;
    }();
    return axes;
}

Result<RunArguments> arguments_of(const sweep::SweepCell& cell,
                                  const std::string& plan_file,
                                  const std::string& results) {
    RunArguments arguments;
    arguments.quiet = true;
    arguments.report_only = true;
    arguments.results = results;
    for (std::size_t i = 0; i < cell.axes.size(); ++i) {
        const auto& [axis, value] = cell.axes[i];
        // Alone beside defaults first, so that the line of the one that is wrong can be named.
        RunArguments alone;
        Status good = apply(alone, axis, value);
        if (good) {
            if (auto request = make_request(alone, 0); !request) {
                good = request.error();
            }
        }
        if (!good) {
            return bad_input(
                fmt::format("{}:{}: {}", plan_file, cell.lines[i], good.error().message));
        }
        COMMITBENCH_TRY(apply(arguments, axis, value));
    }
    if (auto request = make_request(arguments, 0); !request) {
        return bad_input(fmt::format("{}: {}", plan_file, request.error().message));
    }
    return arguments;
}

}  // namespace commitbench::cli
