// SPDX-License-Identifier: Apache-2.0
// Sorting hash-like keys: 8 bytes decide nearly every comparison.
#pragma once

#include "harness/core/bytes.hpp"

#include <cstring>

namespace commitbench {

/// The first 8 bytes, zero-filled, most significant first: orders like the key up to ties.
[[nodiscard]] inline std::uint64_t key_prefix(ByteView key) noexcept {
    std::uint64_t prefix = 0;
    if (!key.empty()) {
        std::memcpy(&prefix, key.data(), std::min(key.size(), sizeof prefix));
    }
    return __builtin_bswap64(prefix);
}

/// A key by its prefix, and where it stands: 16 bytes to move in a sort instead of the key.
struct KeyPlace {
    std::uint64_t prefix;
    std::uint32_t index;
};

}  // namespace commitbench
