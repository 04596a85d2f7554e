// SPDX-License-Identifier: Apache-2.0
// Hexadecimal text.
#pragma once

#include "harness/core/bytes.hpp"

#include <optional>
#include <string>

namespace commitbench {

/// Lower case, no prefix.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// With or without 0x, either case; nullopt on an odd number of digits or another character.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

}  // namespace commitbench
