// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/cell_process.hpp"

#include "harness/cli/interrupt.hpp"
#include "harness/run/error_name.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace commitbench::cli {
namespace {

std::string read_all(const FreshProcess& process) {
    const int descriptor = process.report();
    std::string text;
    std::array<char, 1U << 16> piece{};
    bool passed_on = false;
    while (true) {
        if (!passed_on && !wait_readable(descriptor)) {
            process.send(SIGINT);
            passed_on = true;
        }
        const ssize_t got = ::read(descriptor, piece.data(), piece.size());
        if (got > 0) {
            text.append(piece.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || errno != EINTR) {
            return text;  // the other end is closed
        }
    }
}

}  // namespace

Result<CellOutcome> run_in_fresh_process(const std::vector<std::string>& words,
                                         ErrorStream errors) {
    auto process = FreshProcess::start(
        words, errors == ErrorStream::kept ? KeptOutput::errors : KeptOutput::nothing, SIGINT);
    if (!process) {
        return process.error();
    }
    CellOutcome outcome;
    outcome.result_line = read_all(*process);
    auto end = process->wait();
    if (!end) {
        return end.error();
    }
    outcome.exit_code = end->exit_code;
    outcome.errors = std::move(end->errors);
    return outcome;
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
