// SPDX-License-Identifier: Apache-2.0
// The inputs of published hash vectors: bytes that count up and begin anew.
#pragma once

#include "harness/core/bytes.hpp"

namespace commitbench::testing {

/// 0, 1, .., modulus - 1, 0, 1, ..
[[nodiscard]] inline Bytes ramp(std::size_t modulus, std::size_t length) {
    Bytes bytes(length);
    for (std::size_t i = 0; i < length; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i % modulus);
    }
    return bytes;
}

}  // namespace commitbench::testing
