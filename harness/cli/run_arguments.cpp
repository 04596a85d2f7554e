// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/run_arguments.hpp"

#include "backends/store/immutable_files.hpp"
#include "harness/cli/component_choice.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/core/directory_claim.hpp"
#include "harness/run/supervised.hpp"

#include <array>

namespace commitbench::cli {
namespace {

/// nullopt where nothing is given.
Result<std::optional<std::uint64_t>> parse_optional_count(std::string_view flag,
                                                          std::string_view text,
                                                          std::uint64_t low) {
    if (text.empty()) {
        return std::optional<std::uint64_t>();
    }
    const auto number = parse_count(flag, text, low);
    if (!number) {
        return number.error();
    }
    return std::optional<std::uint64_t>(*number);
}

Result<bool> parse_pin(std::string_view text) {
    if (text != "on" && text != "off") {
        return bad_input(
            fmt::format("--pin {}: is not one of on|off: on keeps each worker on a "
                        "core of its own, off leaves them to the kernel",
                        text));
    }
    return text == "on";
}

/// Of --execute-times and --commit-times.
Result<std::uint32_t> parse_times(std::string_view flag, std::string_view text) {
    constexpr std::uint64_t kMost = 16;
    const auto number = parse_integer(text);
    if (!number || *number == 0 || *number > kMost) {
        return bad_input(
            fmt::format("{} {}: is not good; write how often, from 1 to {}", flag, text, kMost));
    }
    return static_cast<std::uint32_t>(*number);
}

/// Each cell of several keeps its files apart: a folder that holds a state is refused.
std::string directory_of(const RunArguments& arguments, std::size_t which) {
    if (arguments.directory.empty() || arguments.backends.size() == 1) {
        return arguments.directory;
    }
    const std::string_view spec = arguments.backends[which];
    return std::filesystem::path(arguments.directory) /
           fmt::format("{}-{}", which + 1, spec.substr(0, spec.find(':')));
}

}  // namespace

Result<std::uint64_t> parse_count(std::string_view flag, std::string_view text, std::uint64_t low) {
    const auto number = parse_integer(text);
    if (!number || *number < low) {
        return bad_input(fmt::format(
            "{} {}: is not good; write a whole number of at least {}, such as 100 or 10k", flag,
            text, low));
    }
    return *number;
}

Result<std::uint32_t> parse_workers(std::string_view text) {
    constexpr std::uint64_t kMost = 256;
    const auto number = parse_integer(text);
    if (!number || *number == 0 || *number > kMost) {
        return bad_input(fmt::format(
            "--workers {}: is not good; write a number of threads from 1 to {}", text, kMost));
    }
    return static_cast<std::uint32_t>(*number);
}

Result<Durability> parse_durability(std::string_view text) {
    if (text == "none") {
        return Durability::none;
    }
    if (text == "block") {
        return Durability::block;
    }
    constexpr std::array<std::string_view, 2> kChoices{"none", "block"};
    const std::string_view close = nearest(text, kChoices);
    return bad_input(fmt::format("--durability {}: is not one of none|block: {}", text,
                                 close.empty()
                                     ? "block syncs every block to the device, none does not"
                                     : fmt::format("did you mean '{}'?", close)));
}

Result<std::chrono::seconds> parse_time_limit(std::string_view text) {
    const auto seconds = parse_integer(text);
    constexpr auto kMost = static_cast<std::uint64_t>(kLongestTimeLimit.count());
    if (!seconds || *seconds == 0 || *seconds > kMost) {
        return bad_input(fmt::format(
            "--time-limit {}: is not good; write seconds, from 1 to {} (a week)", text, kMost));
    }
    return std::chrono::seconds(*seconds);
}

Result<std::uint64_t> parse_memory(std::string_view text) {
    const auto bytes = parse_size(text);
    if (!bytes || *bytes == 0) {
        return bad_input(
            fmt::format("--memory {}: is no size; write one such as 64MiB or 1GiB", text));
    }
    return *bytes;
}

Result<RunRequest> make_request(const RunArguments& arguments, std::size_t which) {
    auto workload = choose_workload(arguments.workload);
    if (!workload) {
        return workload.error();
    }
    auto executor = choose_executor(arguments.executor);
    if (!executor) {
        return executor.error();
    }
    auto backend = choose_backend(arguments.backends[which]);
    if (!backend) {
        return backend.error();
    }
    auto reference = choose_executor(reference_of(*executor));
    if (!reference) {
        return reference.error();
    }
    const auto seed = parse_count("--seed", arguments.seed, 0);
    if (!seed) {
        return seed.error();
    }
    const auto blocks = parse_optional_count("--blocks", arguments.blocks, 1);
    if (!blocks) {
        return blocks.error();
    }
    const auto warmup = parse_optional_count("--warmup", arguments.warmup, 0);
    if (!warmup) {
        return warmup.error();
    }
    const auto memory = parse_memory(arguments.memory);
    if (!memory) {
        return memory.error();
    }
    const auto durability = parse_durability(arguments.durability);
    if (!durability) {
        return durability.error();
    }
    const auto workers = parse_workers(arguments.workers);
    if (!workers) {
        return workers.error();
    }
    const auto pin = parse_pin(arguments.pin);
    if (!pin) {
        return pin.error();
    }
    const auto execute_times = parse_times("--execute-times", arguments.execute_times);
    if (!execute_times) {
        return execute_times.error();
    }
    const auto commit_times = parse_times("--commit-times", arguments.commit_times);
    if (!commit_times) {
        return commit_times.error();
    }
    if (arguments.results.empty()) {
        return bad_input("--results: is empty; name the folder that gets the result line");
    }
    std::vector<std::string> command = command_of(arguments, which);
    command.insert(command.begin(), "commitbench");
    return RunRequest{
        .executor = std::move(*executor),
        .backend = std::move(*backend),
        .workload = std::move(*workload),
        .reference = std::move(*reference),
        .seed = *seed,
        .blocks = *blocks,
        .warmup_blocks = *warmup,
        .memory_budget = *memory,
        .durability = *durability,
        .workers = *workers,
        .pin = *pin,
        .execute_times = *execute_times,
        .commit_times = *commit_times,
        .directory = directory_of(arguments, which),
        .overwrite = arguments.overwrite,
        .is_data_folder = &DirectoryClaim::is_ours,
        .reopen_between_blocks = arguments.reopen,
        .record_access_sets = arguments.parallelism,
        .state = arguments.state,
        .is_immutable_file = &is_immutable_store_file,
        .results = arguments.results,
        .append_result = !arguments.report_only,
        .ledgers = {},
        .progress = nullptr,
        .interrupt = &interrupt_flag(),
        .command = std::move(command),
    };
}

std::vector<std::string> command_of(const RunArguments& arguments, std::size_t which) {
    std::vector<std::string> words{"run",
                                   "--workload",
                                   arguments.workload,
                                   "--backend",
                                   arguments.backends[which],
                                   "--executor",
                                   arguments.executor,
                                   "--seed",
                                   arguments.seed,
                                   "--memory",
                                   arguments.memory,
                                   "--durability",
                                   arguments.durability,
                                   "--workers",
                                   arguments.workers,
                                   "--pin",
                                   arguments.pin,
                                   "--results",
                                   arguments.results};
    const auto add = [&words](std::string flag, std::string value) {
        if (!value.empty()) {
            words.push_back(std::move(flag));
            words.push_back(std::move(value));
        }
    };
    add("--blocks", arguments.blocks);
    add("--warmup", arguments.warmup);
    for (const auto& [flag, times] : {std::pair{"--execute-times", arguments.execute_times},
                                      std::pair{"--commit-times", arguments.commit_times}}) {
        add(flag, times == "1" ? std::string() : times);
    }
    add("--dir", directory_of(arguments, which));
    add("--state", arguments.state);
    for (const auto& [flag, given] :
         {std::pair{"--overwrite", arguments.overwrite}, std::pair{"--reopen", arguments.reopen},
          std::pair{"--parallelism", arguments.parallelism},
          std::pair{"--quiet", arguments.quiet}}) {
        if (given) {
            words.emplace_back(flag);
        }
    }
    return words;
}

}  // namespace commitbench::cli
