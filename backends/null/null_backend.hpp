// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

/// `null`: keeps the state that reads need, in memory, and nothing else. No root, no files, no
/// durability. What is left of a cell with it is the harness and the executor.
extern const BackendComponent kNullComponent;

}  // namespace commitbench
