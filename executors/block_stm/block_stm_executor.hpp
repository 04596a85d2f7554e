// SPDX-License-Identifier: Apache-2.0
// `block-stm`: optimistic parallel execution with the outcome of the block's order.
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

/// The entry of the executor registry.
[[nodiscard]] const ExecutorComponent& block_stm_component();

}  // namespace commitbench
