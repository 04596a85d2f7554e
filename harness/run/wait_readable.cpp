// SPDX-License-Identifier: Apache-2.0
#include "harness/run/wait_readable.hpp"

#include <algorithm>
#include <csignal>
#include <poll.h>

namespace commitbench {
namespace {

/// Rounded up, so that the deadline has passed when the wait ends; 0 where it has passed already.
timespec time_until(std::chrono::steady_clock::time_point deadline) {
    using std::chrono::nanoseconds;
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t left = std::max(
        std::int64_t{0},
        std::chrono::duration_cast<nanoseconds>(deadline - std::chrono::steady_clock::now())
            .count());
    return {.tv_sec = left / kSecond, .tv_nsec = left % kSecond};
}

Waited wait(int descriptor, InterruptFlag interrupt, const Deadline& deadline, const sigset_t& as) {
    while (!is_set(interrupt)) {
        const timespec left = deadline ? time_until(*deadline) : timespec{};
        pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
        // Delivers what was blocked, and then returns.
        const int found = ::ppoll(&wanted, 1, deadline ? &left : nullptr, &as);
        if (found >= 0) {
            return found > 0 ? Waited::readable : Waited::timed_out;
        }
    }
    return Waited::interrupted;
}

}  // namespace

Waited wait_readable(int descriptor, InterruptFlag interrupt, Deadline deadline) {
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGINT);
    ::sigprocmask(SIG_BLOCK, &blocked, &before);
    const Waited waited = wait(descriptor, interrupt, deadline, before);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return waited;
}

}  // namespace commitbench
