// SPDX-License-Identifier: Apache-2.0
// The flag that a SIGINT handler sets.
#pragma once

#include <atomic>
#include <cstdint>

namespace commitbench {

/// Steps of a long loop between two looks at the flag and two words of progress: well under 10 ms.
inline constexpr std::uint64_t kStepsBetweenLooks = 4096;

using InterruptFlag = const std::atomic<bool>*;

/// Null: never interrupted.
[[nodiscard]] inline bool is_set(InterruptFlag flag) noexcept {
    return flag != nullptr && flag->load(std::memory_order_relaxed);
}

}  // namespace commitbench
