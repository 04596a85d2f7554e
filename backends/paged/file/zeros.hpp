// SPDX-License-Identifier: Apache-2.0
// What was never written: new bytes of a file read as zeros (disk.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace commitbench::paged {

[[nodiscard]] inline bool is_zero(std::span<const std::uint8_t> bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace commitbench::paged
