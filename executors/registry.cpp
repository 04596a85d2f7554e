// SPDX-License-Identifier: Apache-2.0
#include "harness/core/registry.hpp"

#include "executors/block_stm/block_stm_executor.hpp"
#include "executors/lock_schedule/lock_schedule.hpp"
#include "executors/replay/replay_executor.hpp"
#include "executors/sequential/sequential_executor.hpp"

#include <array>

namespace commitbench {

std::span<const ExecutorComponent> executor_registry() {
    static const std::array kExecutors{kSequentialComponent, kReplayComponent,
                                       block_stm_component(), lock_schedule_component()};
    return kExecutors;
}

}  // namespace commitbench
