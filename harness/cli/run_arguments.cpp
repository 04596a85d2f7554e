// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/run_arguments.hpp"

#include "backends/store/directory_claim.hpp"
#include "harness/cli/interrupt.hpp"

#include <array>

namespace commitbench::cli {
namespace {

Result<std::uint64_t> parse_count(std::string_view flag, std::string_view text, std::uint64_t low) {
    const auto number = parse_integer(text);
    if (!number || *number < low) {
        return bad_input(fmt::format(
            "{} {}: is not good; write a whole number of at least {}, such as 100 or 10k", flag,
            text, low));
    }
    return *number;
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

Result<std::uint64_t> parse_memory(std::string_view text) {
    const auto bytes = parse_size(text);
    if (!bytes || *bytes == 0) {
        return bad_input(
            fmt::format("--memory {}: is no size; write one such as 64MiB or 1GiB", text));
    }
    return *bytes;
}

Result<RunRequest> make_request(const RunArguments& arguments, std::size_t which) {
    auto workload = choose("workload", workload_registry(), arguments.workload);
    if (!workload) {
        return workload.error();
    }
    auto executor = choose("executor", executor_registry(), arguments.executor);
    if (!executor) {
        return executor.error();
    }
    auto backend = choose("backend", backend_registry(), arguments.backends[which]);
    if (!backend) {
        return backend.error();
    }
    auto reference = choose("executor", executor_registry(), "sequential");
    if (!reference) {
        return reference.error();
    }
    RunRequest request{.executor = std::move(*executor),
                       .backend = std::move(*backend),
                       .workload = std::move(*workload),
                       .reference = std::move(*reference)};
    const auto seed = parse_count("--seed", arguments.seed, 0);
    if (!seed) {
        return seed.error();
    }
    request.seed = *seed;
    if (!arguments.blocks.empty()) {
        const auto blocks = parse_count("--blocks", arguments.blocks, 1);
        if (!blocks) {
            return blocks.error();
        }
        request.blocks = *blocks;
    }
    if (!arguments.warmup.empty()) {
        const auto warmup = parse_count("--warmup", arguments.warmup, 0);
        if (!warmup) {
            return warmup.error();
        }
        request.warmup_blocks = *warmup;
    }
    const auto memory = parse_memory(arguments.memory);
    if (!memory) {
        return memory.error();
    }
    request.memory_budget = *memory;
    const auto durability = parse_durability(arguments.durability);
    if (!durability) {
        return durability.error();
    }
    request.durability = *durability;
    if (arguments.results.empty()) {
        return bad_input("--results: is empty; name the folder that gets the result line");
    }
    request.directory = directory_of(arguments, which);
    request.overwrite = arguments.overwrite;
    request.is_data_folder = &DirectoryClaim::is_ours;
    request.reopen_between_blocks = arguments.reopen;
    request.results = arguments.results;
    request.interrupt = &interrupt_flag();
    request.command = command_of(arguments, which);
    request.command.insert(request.command.begin(), "commitbench");
    return request;
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
    add("--dir", directory_of(arguments, which));
    for (const auto& [flag, given] :
         {std::pair{"--overwrite", arguments.overwrite}, std::pair{"--reopen", arguments.reopen},
          std::pair{"--quiet", arguments.quiet}}) {
        if (given) {
            words.emplace_back(flag);
        }
    }
    return words;
}

}  // namespace commitbench::cli
