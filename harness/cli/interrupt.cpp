// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/interrupt.hpp"

#include <csignal>
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

}  // namespace commitbench::cli
