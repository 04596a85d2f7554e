// SPDX-License-Identifier: Apache-2.0
// Waiting for something to read, which an interrupt or a deadline ends.
#pragma once

#include "harness/run/interrupt_flag.hpp"

#include <chrono>
#include <optional>

namespace commitbench {

enum class Waited : unsigned char { readable, interrupted, timed_out };

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

/// Waits until `descriptor` can be read or is at its end. Sleeps meanwhile: a measured process is
/// not disturbed. `interrupt` is what the SIGINT handler sets; none is lost between a look at the
/// flag and the beginning of the wait. From one thread.
[[nodiscard]] Waited wait_readable(int descriptor,
                                   InterruptFlag interrupt,
                                   Deadline deadline = std::nullopt);

}  // namespace commitbench
