// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/sweep_runner.hpp"

#include "harness/cli/analysis_process.hpp"
#include "harness/cli/cell_process.hpp"
#include "harness/cli/component_choice.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/core/directory_claim.hpp"
#include "harness/run/error_name.hpp"
#include "harness/run/first_state_load.hpp"

#include <algorithm>
#include <limits>

namespace commitbench::cli {
namespace {

sweep::RunOutcome failed(const Error& error, int exit_code = 2) {
    return {.exit_code = exit_code,
            .result_line = {},
            .error = std::string(error_code_name(error.code)),
            .reason = error.message};
}

}  // namespace

const RunArguments& SweepRunner::arguments_of(const sweep::SweepCell& cell) const {
    const auto found = std::ranges::find(plan_.cells, cell.id, &sweep::SweepCell::id);
    return plan_.arguments[static_cast<std::size_t>(found - plan_.cells.begin())];
}

std::vector<std::string> SweepRunner::command(const sweep::SweepCell& cell) const {
    std::vector<std::string> words = command_of(arguments_of(cell), 0);
    words.insert(words.begin(), "commitbench");
    return words;
}

Result<sweep::RunOutcome> SweepRunner::run(const sweep::SweepCell& cell) {
    RunArguments arguments = arguments_of(cell);
    const auto identity = identify(arguments);
    if (!identity) {
        return failed(identity.error());
    }
    if (*identity) {
        const auto state = states_.ensure(**identity, [&](const std::filesystem::path& folder) {
            return load(arguments, folder);
        });
        if (!state) {
            if (state.error().code == ErrorCode::interrupted) {
                return state.error();
            }
            return failed({state.error().code,
                           fmt::format("making the first state: {}", state.error().message)});
        }
        arguments.state = state->native();
    }
    std::vector<std::string> words = command_of(arguments, 0);
    words.emplace_back("--report-only");
    const auto outcome = run_in_fresh_process(words, {.errors = ErrorStream::kept,
                                                      .time_limit = plan_.plan.time_limit,
                                                      .state = arguments.state});
    if (!outcome) {
        return outcome.error();
    }
    if (outcome->exit_code == kInterruptedExit || interrupt_flag()) {
        return Error{ErrorCode::interrupted, "interrupted"};
    }
    if (outcome->timed_out) {
        return failed(no_end(), outcome->exit_code);
    }
    if (const auto error = reported_error(outcome->result_line)) {
        return sweep::RunOutcome{.exit_code = outcome->exit_code,
                                 .result_line = {},
                                 .error = error->first,
                                 .reason = error->second};
    }
    const bool has_result = outcome->exit_code == 0 || outcome->exit_code == 1;
    if (!has_result || outcome->result_line.empty()) {
        return sweep::RunOutcome{.exit_code = outcome->exit_code,
                                 .result_line = {},
                                 .error = "crash",
                                 .reason = how_it_ended(*outcome)};
    }
    return sweep::RunOutcome{
        .exit_code = outcome->exit_code,
        .result_line = outcome->result_line,
        .error = outcome->exit_code == 0 ? "" : std::string(error_code_name(ErrorCode::mismatch)),
        .reason =
            outcome->exit_code == 0 ? "" : sweep::figures_of(outcome->result_line).void_reason};
}

Error SweepRunner::no_end() const {
    return {ErrorCode::timed_out,
            fmt::format("timed out after {} s: raise --time-limit where it only needs longer",
                        plan_.plan.time_limit.count())};
}

Status SweepRunner::load(const RunArguments& arguments, const std::filesystem::path& folder) {
    progress_.tell(fmt::format("loading the first state of {} for {} into {}", arguments.workload,
                               arguments.backends.front(), folder.native()));
    const auto outcome = run_in_fresh_process(
        {"load", "--quiet", "--workload", arguments.workload, "--backend",
         arguments.backends.front(), "--seed", arguments.seed, "--memory", arguments.memory,
         "--workers", arguments.workers, "--dir", folder.native()},
        {.errors = ErrorStream::kept, .time_limit = plan_.plan.time_limit, .state = {}});
    if (!outcome) {
        return outcome.error();
    }
    if (outcome->exit_code == kInterruptedExit || interrupt_flag()) {
        return Error{ErrorCode::interrupted, "interrupted"};
    }
    if (outcome->timed_out) {
        return no_end();
    }
    if (outcome->exit_code == 0) {
        return {};
    }
    if (const auto error = reported_error(outcome->result_line)) {
        return Error{error_code_of(error->first).value_or(ErrorCode::unsupported), error->second};
    }
    return Error{ErrorCode::unsupported, how_it_ended(*outcome)};
}

Result<std::vector<std::string>> SweepRunner::narrow_enough() {
    auto narrow = cells_narrower_than(until_ci_percent_, folder_);
    if (interrupt_flag()) {  // at the terminal it reaches the analysis too
        return Error{ErrorCode::interrupted, "interrupted"};
    }
    return narrow;
}

Result<SweepRunner::WorkloadFacts> SweepRunner::facts_of(const RunArguments& arguments) {
    const std::string name = arguments.workload + "\n" + arguments.seed;
    if (const auto known = facts_.find(name); known != facts_.end()) {
        return known->second;
    }
    const auto request = make_request(arguments, 0);
    if (!request) {
        return request.error();
    }
    if (request->workload.component->is_plugin()) {
        return Error{ErrorCode::unsupported,
                     "a plug-in's workload is only asked in the process of a run"};
    }
    const auto workload =
        request->workload.component->create(request->workload.options, request->seed);
    if (!workload) {
        return workload.error();
    }
    const auto block = (*workload)->block(1);
    if (!block) {
        return block.error();
    }
    const WorkloadFacts facts{.keys = (*workload)->state_size(),
                              .first_state = first_state_digest(**workload),
                              .transactions = (*block)->size(),
                              .block_limit = (*workload)->block_limit()};
    facts_.emplace(name, facts);
    return facts;
}

Result<bool> SweepRunner::keeps_files_of(const RunRequest& request) {
    const BackendComponent& component = *request.backend.component;
    if (component.is_plugin()) {
        return component.keeps_files;
    }
    const std::string name =
        fmt::format("{}\n{}", request.backend.canonical(), request.memory_budget);
    if (const auto known = keeps_files_.find(name); known != keeps_files_.end()) {
        return known->second;
    }
    auto keeps = keeps_files(request.backend, request.memory_budget, &DirectoryClaim::is_ours);
    if (keeps) {
        keeps_files_.emplace(name, *keeps);
    }
    return keeps;
}

Result<std::optional<StateIdentity>> SweepRunner::identify(const RunArguments& arguments) {
    const auto request = make_request(arguments, 0);
    if (!request) {
        return request.error();
    }
    // A plug-in is opened in the processes of its runs alone, so that a crash in it ends no sweep;
    // a workload's first state can only be told by asking it, so that each run loads it anew.
    if (request->workload.component->is_plugin()) {
        return std::optional<StateIdentity>();
    }
    const auto keeps = keeps_files_of(*request);
    if (!keeps) {
        return keeps.error();
    }
    if (!*keeps) {
        return std::optional<StateIdentity>();
    }
    const auto facts = facts_of(arguments);
    if (!facts) {
        return facts.error();
    }
    return std::optional<StateIdentity>({.backend = backend_of_state(request->backend),
                                         .memory_budget = request->memory_budget,
                                         .keys = facts->keys,
                                         .first_state = facts->first_state});
}

std::optional<StateIdentity> SweepRunner::state_of(const sweep::SweepCell& cell) {
    const auto identity = identify(arguments_of(cell));
    return identity ? *identity : std::nullopt;
}

sweep::RunSize SweepRunner::size(const sweep::SweepCell& cell) {
    const RunArguments& arguments = arguments_of(cell);
    const auto facts = facts_of(arguments);
    if (!facts) {
        return {};  // the run itself will say what is wrong
    }
    const auto number = [](const std::string& text, std::uint64_t otherwise) {
        return parse_integer(text).value_or(otherwise);
    };
    const bool endless = facts->block_limit == std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t blocks =
        number(arguments.blocks, endless ? kDefaultBlocks : facts->block_limit);
    const std::uint64_t warmup = number(arguments.warmup, blocks / 4);
    return {.keys = facts->keys, .transactions = (blocks + warmup) * facts->transactions};
}

}  // namespace commitbench::cli
