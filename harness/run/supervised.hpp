// SPDX-License-Identifier: Apache-2.0
// A fresh process from its start to its end, however long that takes and whatever it does.
#pragma once

#include "harness/run/fresh_process.hpp"
#include "harness/run/interrupt_flag.hpp"

#include <chrono>
#include <optional>

namespace commitbench {

/// Longer ones are a slip of the pen.
inline constexpr std::chrono::seconds kLongestTimeLimit{7 * 86'400};

enum class OnInterrupt : unsigned char {
    kill,     ///< the process and its children are killed
    pass_on,  ///< they get SIGINT, once, and are waited for
};

struct Supervision {
    KeptOutput kept = KeptOutput::nothing;
    OnInterrupt on_interrupt = OnInterrupt::pass_on;
    std::optional<std::chrono::seconds> time_limit{};  ///< then it is killed, with its children
    InterruptFlag interrupt = nullptr;                 ///< set by the SIGINT handler
};

struct Supervised {
    ProcessEnd end;
    std::string text;        ///< what it reported
    bool timed_out = false;  ///< killed when its time was over
    bool interrupted = false;
    double seconds = 0;
};

/// Starts `commitbench WORDS...` and waits for its end. io where no process could be started. One
/// thread.
[[nodiscard]] Result<Supervised> supervise(const std::vector<std::string>& words,
                                           const Supervision& how);

}  // namespace commitbench
