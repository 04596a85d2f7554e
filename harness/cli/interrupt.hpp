// SPDX-License-Identifier: Apache-2.0
// SIGINT: the first asks the work to stop at a safe place, the second ends the process at once.
#pragma once

#include <atomic>

namespace commitbench::cli {

/// Exit code of a process that was interrupted: 128 + SIGINT, as shells have it.
inline constexpr int kInterruptedExit = 130;

/// Once, at the start of main(). System calls that wait return EINTR.
void install_interrupt_handler();

/// True from the first SIGINT on. Safe to read from any thread.
[[nodiscard]] const std::atomic<bool>& interrupt_flag() noexcept;

}  // namespace commitbench::cli
