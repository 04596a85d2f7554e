// SPDX-License-Identifier: Apache-2.0
// Known mistakes of Block-STM schedulers, each of which a test can put back in to see it caught.
#pragma once

namespace commitbench::block_stm {

/// What everybody runs: none of them. Tests derive from it and set one.
struct NoTraps {
    /// A wave takes an index before it counts itself as active: in between, the block looks done.
    static constexpr bool kClaimBeforeCount = false;
    /// A claim that fails is taken off the active count by the claim and by its caller.
    static constexpr bool kDoubleDecrement = false;
    /// Suspended and aborting are one state, so that a wake-up may end what an abort began.
    static constexpr bool kOverloadedAbort = false;
    /// A transaction suspends on one that has just ended, without looking again.
    static constexpr bool kLostSuspension = false;
};

}  // namespace commitbench::block_stm
