// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/supervised.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace commitbench::conformance {
namespace {

using Clock = std::chrono::steady_clock;

/// How long an interrupt may wait to be seen.
constexpr std::chrono::milliseconds kLook{50};

/// Waits so long for something to read, or for the end.
bool is_readable(int descriptor, std::chrono::milliseconds most) {
    pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, static_cast<int>(most.count()) + 1) > 0;
}

/// Reads what is there. False at the end.
bool read_some(int descriptor, std::string& text) {
    std::array<char, 1U << 14> piece{};
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got > 0) {
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return got > 0 || (got < 0 && errno == EINTR);
}

}  // namespace

Result<Supervised> supervise(const std::vector<std::string>& words,
                             std::chrono::milliseconds time_limit,
                             InterruptFlag interrupt) {
    const auto start = Clock::now();
    auto process = FreshProcess::start(words, KeptOutput::everything, SIGKILL);
    if (!process) {
        return process.error();
    }
    Supervised seen;
    while (true) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(start + time_limit -
                                                                                Clock::now());
        seen.interrupted = is_set(interrupt);
        seen.timed_out = !seen.interrupted && left.count() <= 0;
        if (seen.interrupted || seen.timed_out) {
            process->send(SIGKILL);
            while (is_readable(process->report(), kLook) &&
                   read_some(process->report(), seen.text)) {  // its last words
            }
            break;
        }
        if (is_readable(process->report(), std::min(left, kLook)) &&
            !read_some(process->report(), seen.text)) {
            break;  // the process is gone, and its end of the pipe with it
        }
    }
    auto end = process->wait();
    if (!end) {
        return end.error();
    }
    seen.end = std::move(*end);
    seen.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return seen;
}

Outcome judge(const Supervised& process, std::chrono::milliseconds time_limit) {
    const Told told = read_messages(process.text);
    const std::string where =
        told.last_step.empty() ? std::string() : fmt::format("in {}: ", told.last_step);
    if (told.outcome && told.outcome->result == TestResult::failed) {
        return *told.outcome;
    }
    if (process.timed_out) {
        return {TestResult::failed,
                fmt::format("{}no end within {} s", where,
                            std::chrono::duration_cast<std::chrono::seconds>(time_limit).count())};
    }
    if (process.end.exit_code != 0 || !told.outcome) {
        return {TestResult::failed,
                where + how_it_ended(process.end.exit_code, process.end.errors)};
    }
    return *told.outcome;
}

}  // namespace commitbench::conformance
