// SPDX-License-Identifier: Apache-2.0
// What becomes of a transaction that touches a key outside its declared set.
#pragma once

#include "harness/core/block.hpp"

namespace commitbench {

/// Transaction i runs on the state after transaction i - 1. Its first access outside its declared
/// set (a write of a key that it declared as read counts as such) is answered with stop, none of
/// its writes count, and this is its receipt, whatever it returns. So which transactions abort
/// follows from the block, the state before it and the declared sets alone.
inline constexpr Receipt kUndeclaredReceipt{TxStatus::failed, 0x756e6465'636c6172ULL};

}  // namespace commitbench
