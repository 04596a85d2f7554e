// SPDX-License-Identifier: Apache-2.0
// What the terminal can show.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace commitbench::cli {

enum class Tint : unsigned char { bold, green, yellow, red };

/// `text` in that tint where `stream` is a terminal and NO_COLOR is unset or empty (no-color.org);
/// else as it is.
[[nodiscard]] std::string tinted(std::string_view text, Tint tint, std::FILE* stream);

/// Whether the locale's characters are UTF-8.
[[nodiscard]] bool locale_is_utf8();

}  // namespace commitbench::cli
