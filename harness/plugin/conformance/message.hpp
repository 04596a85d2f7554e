// SPDX-License-Identifier: Apache-2.0
// What a test's process tells the kit: lines of JSON, the last one its outcome.
#pragma once

#include "harness/core/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace commitbench::conformance {

enum class TestResult : unsigned char { ok, failed, skipped };

struct Outcome {
    TestResult result = TestResult::ok;
    std::string why;  ///< it failed or was skipped; of one that passed a figure, or ""
};

/// "ok"
[[nodiscard]] std::string_view result_name(TestResult result) noexcept;

/// A line that says what is done next.
[[nodiscard]] std::string step_message(std::string_view what);
[[nodiscard]] std::string outcome_message(const Outcome& outcome);

struct Told {
    std::string last_step;  ///< "" where there was none
    std::optional<Outcome> outcome;
};
/// All that a process told. A line cut short by its end is passed over.
[[nodiscard]] Told read_messages(std::string_view text);

}  // namespace commitbench::conformance
