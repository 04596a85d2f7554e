// SPDX-License-Identifier: Apache-2.0
// A fuzz target: a function that is fed bytes and ends the process where a property does not hold.
// Each target's file defines corpus(), check() and libFuzzer's entry.
#pragma once

#include "harness/core/bytes.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace commitbench::fuzz {

/// Inputs to begin with, good ones among them. The same on every call.
[[nodiscard]] std::vector<Bytes> corpus();

/// Whether the target took the bytes for well-formed. A run in which none is shows nothing.
bool check(ByteView input);

/// Ends the process with the property and the input (hex) where `holds` is false.
inline void require(bool holds, const char* property, ByteView input) {
    if (holds) {
        return;
    }
    std::fprintf(stderr, "property does not hold: %s\ninput: ", property);
    for (const std::uint8_t byte : input) {
        std::fprintf(stderr, "%02x", byte);
    }
    std::fprintf(stderr, "\n");
    std::abort();
}

}  // namespace commitbench::fuzz
