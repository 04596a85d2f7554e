// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/judge.hpp"

#include <fmt/format.h>

namespace commitbench::conformance {

Outcome judge(const Supervised& process, std::chrono::seconds time_limit) {
    const Told told = read_messages(process.text);
    const std::string where =
        told.last_step.empty() ? std::string() : fmt::format("in {}: ", told.last_step);
    if (told.outcome && told.outcome->result == TestResult::failed) {
        return *told.outcome;
    }
    if (process.timed_out) {
        return {TestResult::failed, fmt::format("{}no end within {} s", where, time_limit.count())};
    }
    if (process.end.exit_code != 0 || !told.outcome) {
        return {TestResult::failed,
                where + how_it_ended(process.end.exit_code, process.end.errors)};
    }
    return *told.outcome;
}

}  // namespace commitbench::conformance
