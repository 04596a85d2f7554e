// SPDX-License-Identifier: Apache-2.0
// Names of error codes, as results have them.
#pragma once

#include "harness/core/result.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace commitbench {

inline constexpr std::array<std::string_view, 9> kErrorNames{
    "bad_input",   "io",       "corrupt",   "does_not_fit", "unsupported",
    "interrupted", "mismatch", "timed_out", "plug_in"};
static_assert(static_cast<std::size_t>(ErrorCode::plug_in) + 1 == kErrorNames.size());

/// "io"
[[nodiscard]] constexpr std::string_view error_code_name(ErrorCode code) noexcept {
    return kErrorNames[static_cast<std::size_t>(code)];
}

/// nullopt where no code has that name.
[[nodiscard]] constexpr std::optional<ErrorCode> error_code_of(std::string_view name) noexcept {
    for (std::size_t i = 0; i < kErrorNames.size(); ++i) {
        if (kErrorNames[i] == name) {
            return static_cast<ErrorCode>(i);
        }
    }
    return std::nullopt;
}

}  // namespace commitbench
