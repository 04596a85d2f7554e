// SPDX-License-Identifier: Apache-2.0
// `replay`: the null executor. Hands out each block's recorded result, which isolates commitment.
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

extern const ExecutorComponent kReplayComponent;

}  // namespace commitbench
