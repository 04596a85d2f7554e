// SPDX-License-Identifier: Apache-2.0
// `lock-schedule`: transactions declare what they touch, and run side by side where their locks
// allow it, conflicting ones in block order.
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

/// The entry of the executor registry.
[[nodiscard]] const ExecutorComponent& lock_schedule_component();

}  // namespace commitbench
