// SPDX-License-Identifier: Apache-2.0
// `sequential`: one transaction after the other, the executor whose word counts.
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

extern const ExecutorComponent kSequentialComponent;

}  // namespace commitbench
