// SPDX-License-Identifier: Apache-2.0
// What a test came to, from how its process ended.
#pragma once

#include "harness/plugin/conformance/message.hpp"
#include "harness/run/supervised.hpp"

namespace commitbench::conformance {

/// What the test told, unless it hung, crashed or left an error behind at its exit (a sanitizer's,
/// say).
[[nodiscard]] Outcome judge(const Supervised& process, std::chrono::seconds time_limit);

}  // namespace commitbench::conformance
