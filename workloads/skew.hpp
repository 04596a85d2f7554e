// SPDX-License-Identifier: Apache-2.0
// How unevenly accesses fell on items: what a distribution really did.
#pragma once

#include <cstdint>
#include <vector>

namespace commitbench {

struct Skew {
    std::uint64_t accesses = 0;
    std::uint64_t items = 0;      ///< those never accessed included
    std::uint64_t items_hit = 0;  ///< accessed at least once
    double top_percent_share =
        0;  ///< share of the accesses that went to the most accessed 1 % of all items (rounded up)
    double gini = 0;  ///< 0: all items equally often; towards 1: one item has all
};

/// `counts`: how often each item that was hit at all was accessed, in any order. INVARIANT:
/// counts.size() <= items. With few accesses an item even a uniform draw is uneven: read it against
/// a uniform draw of the same size. O(n log n).
[[nodiscard]] Skew measure_skew(std::vector<std::uint64_t> counts, std::uint64_t items);

}  // namespace commitbench
