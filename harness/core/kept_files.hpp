// SPDX-License-Identifier: Apache-2.0
// Which built-in backends keep files.
#pragma once

#include "harness/core/options.hpp"

#include <algorithm>

namespace commitbench {

/// Whether a built-in backend with these options keeps files: the option `store` chooses them, and
/// there is no other sign of it.
[[nodiscard]] inline bool keeps_files(const Options& options) {
    return std::ranges::any_of(options.resolved(), [](const auto& option) {
        return option.first == "store" && option.second != "memory";
    });
}

}  // namespace commitbench
