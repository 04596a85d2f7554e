// SPDX-License-Identifier: Apache-2.0
// `commitbench doctor`: what on this machine disturbs measurement, and the command that would
// change it.
#include "harness/measure/doctor.hpp"

#include "harness/cli/command.hpp"
#include "harness/cli/terminal.hpp"
#include "harness/core/options.hpp"
#include "harness/runtime/placement.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace commitbench::cli {
namespace {

Tint tint_of(CheckState state) {
    switch (state) {
        case CheckState::ok:
            return Tint::green;
        case CheckState::warn:
            return Tint::yellow;
        case CheckState::unknown:
            return Tint::bold;
    }
    return Tint::bold;
}

/// Where the workers of a run would sit.
DoctorCheck seats_of_workers() {
    constexpr std::size_t kShown = 8;
    const std::vector<ProcessingUnit> units = usable_processing_units();
    std::string found = fmt::format("{} processing units", units.size());
    for (std::size_t i = 0; i < std::min(units.size(), kShown); ++i) {
        found +=
            fmt::format("{}core {} (pu {})", i == 0 ? ": " : ", ", units[i].core, units[i].number);
    }
    return {.name = "worker_seats",
            .state = units.empty() ? CheckState::unknown : CheckState::ok,
            .found = found + (units.size() > kShown ? ", ..." : ""),
            .why = "run --workers pins worker i to the i-th of them",
            .command = ""};
}

Result<int> doctor(const std::string& directory, const std::string& memory) {
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
        return bad_input(fmt::format(
            "--dir {}: is no folder; name one that exists, where runs would keep their data",
            directory));
    }
    const auto budget = parse_size(memory);
    if (!budget) {
        return bad_input(fmt::format("--memory {}: is no size; write one such as 256MiB", memory));
    }
    std::vector<DoctorCheck> checks =
        run_doctor({.directory = directory, .memory_budget = *budget});
    checks.push_back(seats_of_workers());
    std::size_t warnings = 0;
    for (const DoctorCheck& check : checks) {
        const std::string state = fmt::format("{:<7}", check_state_name(check.state));
        fmt::print("{} {:<20} {}\n", tinted(state, tint_of(check.state), stdout), check.name,
                   check.found);
        if (check.state != CheckState::ok) {
            fmt::print("{:28} {}\n", "", check.why);
            if (!check.command.empty()) {
                fmt::print("{:28} to change it: {}\n", "",
                           tinted(check.command, Tint::bold, stdout));
            }
        }
        warnings += check.state == CheckState::warn ? 1 : 0;
    }
    fmt::print("\n{} checks, {} {} measurements here. Nothing was changed.\n", checks.size(),
               warnings, warnings == 1 ? "disturbs" : "disturb");
    return 0;
}

}  // namespace

void add_doctor(CLI::App& app, Action& chosen) {
    struct Arguments {
        std::string directory = ".";
        std::string memory = "1GiB";
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand(
        "doctor",
        "What on this machine disturbs measurement, and the command that would change it");
    command->add_option("--dir", arguments->directory, "Folder where runs would keep their data")
        ->type_name("DIR")
        ->capture_default_str();
    command->add_option("--memory", arguments->memory, "Memory budget that a run would get")
        ->type_name("SIZE")
        ->capture_default_str();
    command->callback([&chosen, arguments] {
        chosen = [arguments] { return doctor(arguments->directory, arguments->memory); };
    });
}

}  // namespace commitbench::cli
