// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/interrupt.hpp"

#include <csignal>
#include <poll.h>
#include <unistd.h>

namespace commitbench::cli {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

void on_interrupt(int /*signal*/) {
    if (interrupted.exchange(true)) {
        ::_exit(kInterruptedExit);
    }
}

}  // namespace

void install_interrupt_handler() {
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    // No SA_RESTART: a read from a terminal or a pipe must not swallow the interrupt.
    ::sigaction(SIGINT, &action, nullptr);
}

const std::atomic<bool>& interrupt_flag() noexcept {
    return interrupted;
}

bool wait_readable(int descriptor) {
    sigset_t interrupt;
    sigset_t before;
    ::sigemptyset(&interrupt);
    ::sigaddset(&interrupt, SIGINT);
    ::sigprocmask(SIG_BLOCK, &interrupt, &before);
    if (!interrupted) {
        pollfd wanted{.fd = descriptor, .events = POLLIN, .revents = 0};
        ::ppoll(&wanted, 1, nullptr, &before);  // delivers what was blocked, and then returns
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return !interrupted;
}

}  // namespace commitbench::cli
