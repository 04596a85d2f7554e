// SPDX-License-Identifier: Apache-2.0
#include "workloads/skew.hpp"

#include <algorithm>
#include <functional>

namespace commitbench {

Skew measure_skew(std::vector<std::uint64_t> counts, std::uint64_t items) {
    std::erase(counts, 0);
    std::ranges::sort(counts, std::greater<>());
    Skew skew{.items = items, .items_hit = counts.size()};
    const std::uint64_t top = (items + 99) / 100;
    std::uint64_t in_top = 0;
    double weighted = 0;  // sum of rank * count, ranks from 1; items never hit add nothing
    for (std::size_t i = 0; i < counts.size(); ++i) {
        skew.accesses += counts[i];
        in_top += i < top ? counts[i] : 0;
        weighted += static_cast<double>(i + 1) * static_cast<double>(counts[i]);
    }
    if (skew.accesses != 0) {
        const auto n = static_cast<double>(items);
        const auto sum = static_cast<double>(skew.accesses);
        skew.top_percent_share = static_cast<double>(in_top) / sum;
        skew.gini = (n + 1 - 2 * weighted / sum) / n;
    }
    return skew;
}

}  // namespace commitbench
