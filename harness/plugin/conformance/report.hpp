// SPDX-License-Identifier: Apache-2.0
// What the kit found, as text and as JSON.
#pragma once

#include "harness/plugin/conformance/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace commitbench::conformance {

/// A component, as the process that opened the library tells of it.
struct ComponentFacts {
    std::string kind;  ///< "backend"
    std::string name;
    std::string spec;  ///< with every option
};

struct LibraryFacts {
    std::string name;
    std::string version;
    std::vector<ComponentFacts> components;
};

struct CheckedTest {
    std::string component;  ///< its name; "" where the library could not be opened
    std::string kind;
    std::string name;
    std::string demand;
    Outcome outcome;
    double seconds = 0;
};

struct CheckReport {
    std::string plugin;  ///< in the user's words
    std::uint64_t seed = 1;
    std::uint64_t time_limit_seconds = 60;
    LibraryFacts opened;
    std::vector<CheckedTest> tests;

    [[nodiscard]] std::size_t count(TestResult result) const;
};

/// One line without its end. Lines of the library's facts and those of the tests go between the two
/// that follow.
[[nodiscard]] std::string test_line(const CheckedTest& test);
[[nodiscard]] std::string heading(const CheckReport& report);
/// How many passed; what was demanded of those that failed, and the command that runs these again.
[[nodiscard]] std::string summary(const CheckReport& report);
/// All of it, with a newline at the end.
[[nodiscard]] std::string to_json(const CheckReport& report);

/// The facts across a pipe.
[[nodiscard]] std::string facts_message(const LibraryFacts& facts);
[[nodiscard]] std::optional<LibraryFacts> read_facts(std::string_view text);

/// What of an earlier report is to be run again.
struct FailedBefore {
    std::uint64_t seed = 1;
    std::vector<std::pair<std::string, std::string>> tests;  ///< component, name
};
/// bad_input where `json` is none of to_json.
[[nodiscard]] Result<FailedBefore> read_failed(std::string_view json);

}  // namespace commitbench::conformance
