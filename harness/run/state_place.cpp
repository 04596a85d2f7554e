// SPDX-License-Identifier: Apache-2.0
#include "harness/run/state_place.hpp"

#include "codec/hex.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace commitbench {

Status sort_places(std::vector<StatePlace>& places,
                   const Workload& workload,
                   const std::function<StateKey(const StateKey& key)>& path) {
    const auto path_at = [&](const StatePlace& place) { return path(workload.key(place.index)); };
    std::ranges::sort(places, [&](const StatePlace& a, const StatePlace& b) {
        return a.prefix != b.prefix ? a.prefix < b.prefix
               : a.index == b.index ? false
                                    : path_at(a) < path_at(b);
    });
    const auto same =
        std::ranges::adjacent_find(places, [&](const StatePlace& a, const StatePlace& b) {
            return a.prefix == b.prefix && path_at(a) == path_at(b);
        });
    if (same != places.end()) {
        const auto [low, high] = std::minmax(same->index, (same + 1)->index);
        return bad_input(fmt::format(
            "the workload's first state has key 0x{} twice (entries {} and {}): a state has each "
            "key once",
            to_hex(workload.key(low).view()), low, high));
    }
    return {};
}

}  // namespace commitbench
