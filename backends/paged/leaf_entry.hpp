// SPDX-License-Identifier: Apache-2.0
// What a leaf says: a key, and the hash of its value.
#pragma once

#include "backends/paged/node.hpp"

namespace commitbench::paged {

/// Laid out as a leaf's preimage.
struct LeafEntry {
    StateKey key{};
    Hash256 value_hash{};

    auto operator<=>(const LeafEntry&) const = default;  // NOLINT(modernize-use-nullptr)

    /// The 64 bytes that a leaf is the hash of.
    [[nodiscard]] const std::uint8_t* preimage() const noexcept { return key.bytes.data(); }
};
static_assert(sizeof(LeafEntry) == 64 && alignof(LeafEntry) == 1);

}  // namespace commitbench::paged
