// SPDX-License-Identifier: Apache-2.0
// A test's process from its start to its end, whatever the plug-in does in it.
#pragma once

#include "harness/plugin/conformance/message.hpp"
#include "harness/run/fresh_process.hpp"
#include "harness/run/interrupt_flag.hpp"

#include <chrono>

namespace commitbench::conformance {

struct Supervised {
    ProcessEnd end;
    std::string text;        ///< what it told
    bool timed_out = false;  ///< killed when its time was over
    bool interrupted = false;
    double seconds = 0;
};

/// Starts `commitbench WORDS...` and waits for its end, the end of its time or the flag, and kills
/// it in the latter two. Its output is kept.
[[nodiscard]] Result<Supervised> supervise(const std::vector<std::string>& words,
                                           std::chrono::milliseconds time_limit,
                                           InterruptFlag interrupt);

/// What the test came to: what it told, unless it hung, crashed or left an error behind at its exit
/// (a sanitizer's, say).
[[nodiscard]] Outcome judge(const Supervised& process, std::chrono::milliseconds time_limit);

}  // namespace commitbench::conformance
