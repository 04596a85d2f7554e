// SPDX-License-Identifier: Apache-2.0
// The time of day, as results have it.
#pragma once

#include <string>

namespace commitbench {

/// "2026-01-02T03:04:05Z"
[[nodiscard]] std::string utc_now();

}  // namespace commitbench
