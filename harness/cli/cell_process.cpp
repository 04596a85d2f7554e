// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/cell_process.hpp"

#include "harness/cli/interrupt.hpp"
#include "harness/run/data_folder.hpp"
#include "harness/run/error_name.hpp"
#include "harness/run/supervised.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace commitbench::cli {
namespace {

namespace fs = std::filesystem;

/// Of a process that could not remove them itself.
void remove_folders_of(pid_t process, const fs::path& state) {
    std::error_code error;
    const fs::path temporary = fs::temp_directory_path(error);
    if (!error) {
        DataFolder::remove_left_by(process, temporary);
    }
    if (!state.empty()) {
        DataFolder::remove_left_by(process, DataFolder::parent_of(state));
    }
}

}  // namespace

Result<CellOutcome> run_in_fresh_process(const std::vector<std::string>& words,
                                         const CellOptions& options) {
    auto seen = supervise(words, {.kept = options.errors == ErrorStream::kept ? KeptOutput::errors
                                                                              : KeptOutput::nothing,
                                  .on_interrupt = OnInterrupt::pass_on,
                                  .time_limit = options.time_limit,
                                  .interrupt = &interrupt_flag()});
    if (!seen) {
        return seen.error();
    }
    if (seen->timed_out || seen->end.exit_code > kSignalExit) {
        remove_folders_of(seen->end.process, options.state);
    }
    return CellOutcome{.exit_code = seen->end.exit_code,
                       .result_line = std::move(seen->text),
                       .errors = std::move(seen->end.errors),
                       .timed_out = seen->timed_out};
}

std::string how_it_ended(const CellOutcome& outcome) {
    return commitbench::how_it_ended(outcome.exit_code, outcome.errors);
}

void report_line(int descriptor, std::string_view line) {
    while (!line.empty()) {
        const ssize_t written = ::write(descriptor, line.data(), line.size());
        if (written < 0) {
            return;
        }
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

void report_error(int descriptor, const Error& error) {
    report_line(
        descriptor,
        nlohmann::json{{"error", error_code_name(error.code)}, {"message", error.message}}.dump(
            -1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::optional<std::pair<std::string, std::string>> reported_error(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || json.size() != 2 || !json.contains("error") ||
        !json.contains("message")) {
        return std::nullopt;
    }
    return std::pair(json["error"].get<std::string>(), json["message"].get<std::string>());
}

}  // namespace commitbench::cli
