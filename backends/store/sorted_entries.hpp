// SPDX-License-Identifier: Apache-2.0
// What a backend's load does with every entry of the first state.
#pragma once

#include "harness/core/backend.hpp"

namespace commitbench {

/// Calls `take(key, value)`, which returns a Status, for each entry up to the end, in the state's
/// order. Ends at the first Error, the state's or take's. The value holds until `take` returns.
template<class Take>
Status for_each_entry(SortedState& state, Take take) {
    StateKey key;
    ByteView value;
    while (true) {
        const auto more = state.next(key, value);
        if (!more) {
            return more.error();
        }
        if (!*more) {
            return {};
        }
        COMMITBENCH_TRY(take(key, value));
    }
}

}  // namespace commitbench
