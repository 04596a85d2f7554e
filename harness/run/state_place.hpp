// SPDX-License-Identifier: Apache-2.0
// StatePlace: 16 bytes that stand for a key of a workload while keys are put in order.
#pragma once

#include "harness/core/workload.hpp"

#include <functional>
#include <vector>

namespace commitbench {

struct StatePlace {
    std::uint64_t prefix;  ///< StateKey::prefix of the path
    std::uint64_t index;   ///< Workload::key's
};

/// Orders by the paths of the keys; `path` is asked only where prefixes are equal. bad_input where
/// a key comes twice. O(n log n).
Status sort_places(std::vector<StatePlace>& places,
                   const Workload& workload,
                   const std::function<StateKey(const StateKey& key)>& path);

}  // namespace commitbench
