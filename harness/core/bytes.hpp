// SPDX-License-Identifier: Apache-2.0
// Byte strings: the vocabulary every interface speaks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace commitbench {

/// A borrowed, immutable byte string; whoever hands it out says how long it lives.
using ByteView = std::span<const std::uint8_t>;
/// An owned byte string.
using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] inline bool equal(ByteView a, ByteView b) noexcept {
    return std::ranges::equal(a, b);
}

/// Lexicographic order of unsigned bytes; a proper prefix sorts first.
[[nodiscard]] inline bool less(ByteView a, ByteView b) noexcept {
    return std::ranges::lexicographical_compare(a, b);
}

[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace commitbench
