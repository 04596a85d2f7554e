// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

/// `lthash`: the state as key and value in a store, as `flat` has it, committed to by a lattice
/// hash at the end of each block. It hashes what the block changed and keeps no tree: what a tree
/// takes more than this is the price of proofs, which it cannot give.
extern const BackendComponent kLthashComponent;

}  // namespace commitbench
