// SPDX-License-Identifier: Apache-2.0
// How much of a test is run: little by default, as much as wanted by scripts/long_tests.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace commitbench::testing {

/// A whole number from the environment, for scripts that want more than a test does.
[[nodiscard]] inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace commitbench::testing
