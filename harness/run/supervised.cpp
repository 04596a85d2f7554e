// SPDX-License-Identifier: Apache-2.0
#include "harness/run/supervised.hpp"

#include "harness/run/wait_readable.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <unistd.h>

namespace commitbench {
namespace {

using Clock = std::chrono::steady_clock;

/// Reads what is there. False at the end.
bool read_some(int descriptor, std::string& text) {
    std::array<char, 1U << 16> piece{};
    const ssize_t got = ::read(descriptor, piece.data(), piece.size());
    if (got > 0) {
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return got > 0 || (got < 0 && errno == EINTR);
}

/// Ends the process, and reads its last words: all there are, unless somebody who is not of its
/// group holds the other end of the pipe.
void end_now(const FreshProcess& process, std::string& text) {
    constexpr std::chrono::seconds kLastWords{2};
    process.send(SIGKILL);
    const auto deadline = Clock::now() + kLastWords;
    while (wait_readable(process.report(), nullptr, deadline) == Waited::readable &&
           read_some(process.report(), text)) {
    }
}

/// Until the process is gone, and its end of the pipe with it.
void watch(const FreshProcess& process,
           const Supervision& how,
           const Deadline& deadline,
           Supervised& seen) {
    InterruptFlag interrupt = how.interrupt;
    while (true) {
        switch (wait_readable(process.report(), interrupt, deadline)) {
            case Waited::readable:
                if (!read_some(process.report(), seen.text)) {
                    return;
                }
                break;
            case Waited::interrupted:
                seen.interrupted = true;
                if (how.on_interrupt == OnInterrupt::kill) {
                    end_now(process, seen.text);
                    return;
                }
                process.send(SIGINT);
                interrupt = nullptr;
                break;
            case Waited::timed_out:
                seen.timed_out = true;
                end_now(process, seen.text);
                return;
        }
    }
}

}  // namespace

Result<Supervised> supervise(const std::vector<std::string>& words, const Supervision& how) {
    const auto start = Clock::now();
    auto process = FreshProcess::start(words, how.kept,
                                       how.on_interrupt == OnInterrupt::kill ? SIGKILL : SIGINT);
    if (!process) {
        return process.error();
    }
    Supervised seen;
    watch(*process, how, how.time_limit ? Deadline(start + *how.time_limit) : std::nullopt, seen);
    auto end = process->wait();
    if (!end) {
        return end.error();
    }
    seen.end = std::move(*end);
    seen.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return seen;
}

}  // namespace commitbench
