// SPDX-License-Identifier: Apache-2.0
#include "harness/core/reference_tree.hpp"

namespace commitbench {

void ReferenceTree::load(const FirstState& state, std::uint64_t first, std::uint64_t last) {
    StateDiff diff;
    Bytes value;
    for (std::uint64_t rank = first; rank < last; ++rank) {
        state.value(rank, value);
        diff.add(state.key(rank), OldState::absent, {}, value);
    }
    apply(diff);
}

}  // namespace commitbench
