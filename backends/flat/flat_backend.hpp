// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

/// `flat`: the state as key and value in a store, written atomically and durably, without any
/// commitment. What it takes less than a tree on the same store is the price of the tree.
extern const BackendComponent kFlatComponent;

}  // namespace commitbench
