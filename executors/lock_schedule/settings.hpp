// SPDX-License-Identifier: Apache-2.0
// What the options of `lock-schedule` come to.
#pragma once

#include "executors/lock_schedule/lock_scheduler.hpp"
#include "harness/core/options.hpp"

#include <span>

namespace commitbench {

/// Where the declared sets come from (executors/declared/declared_sets.hpp).
enum class Declared : std::uint8_t { exact, over, promote, stale };

/// A lock that is a key.
inline constexpr unsigned kKeyBits = 256;

struct LockScheduleSettings {
    SchedulePlan plan;
    Declared declared = Declared::exact;
    double factor = 1;              ///< of Declared::over
    double share = 0;               ///< of Declared::promote
    unsigned lock_bits = kKeyBits;  ///< leading bits of a key that name its lock
    bool resolve_keys = true;       ///< false: ids were made when the block was received
    std::uint32_t batch = 0;        ///< transactions a wave; 0: no waves
    bool prefetch = false;
    bool times = false;
    std::uint64_t seed = 0;
};

[[nodiscard]] std::span<const OptionSpec> lock_schedule_options();
/// Refuses (bad_input) what does not go together.
[[nodiscard]] Result<LockScheduleSettings> lock_schedule_settings(const Options& options,
                                                                  std::uint64_t seed);

}  // namespace commitbench
