// SPDX-License-Identifier: Apache-2.0
// Properties of the order of runs.
#include "harness/sweep/order.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>

namespace commitbench::sweep {
namespace {

TEST(Order, EveryRepetitionHasEveryCellOnce) {
    for (const std::size_t cells : {1U, 2U, 7U, 40U}) {
        for (std::uint64_t repetition = 1; repetition <= 2 * cells + 1; ++repetition) {
            const auto order = order_of(3, cells, repetition);
            EXPECT_EQ(std::set<std::size_t>(order.begin(), order.end()).size(), cells);
            EXPECT_EQ(*std::ranges::max_element(order), cells - 1);
        }
    }
    EXPECT_TRUE(order_of(3, 0, 1).empty());
}

TEST(Order, OverASquareEveryCellIsAtEveryPositionOnce) {
    constexpr std::size_t kCells = 9;
    for (std::uint64_t square = 0; square < 3; ++square) {
        std::set<std::pair<std::size_t, std::size_t>> seen;
        for (std::uint64_t row = 0; row < kCells; ++row) {
            const auto order = order_of(11, kCells, square * kCells + row + 1);
            for (std::size_t position = 0; position < kCells; ++position) {
                seen.emplace(position, order[position]);
            }
        }
        EXPECT_EQ(seen.size(), kCells * kCells);
    }
}

TEST(Order, FollowsFromSeedAndRepetition) {
    EXPECT_EQ(order_of(1, 20, 5), order_of(1, 20, 5));
    EXPECT_NE(order_of(1, 20, 5), order_of(2, 20, 5));
    EXPECT_NE(order_of(1, 20, 5), order_of(1, 20, 6));
    EXPECT_NE(order_of(1, 20, 1), order_of(1, 20, 21)) << "another square";
    EXPECT_NE(order_of(1, 20, 1), order_of(1 + (std::uint64_t{1} << 40U), 20, 1));
    // Golden: a sweep that was begun with an earlier version goes on in the same order.
    EXPECT_EQ(order_of(1, 5, 1), (std::vector<std::size_t>{3, 1, 4, 2, 0}));
    EXPECT_EQ(order_of(1, 5, 2), (std::vector<std::size_t>{0, 3, 1, 4, 2}));
}

TEST(Order, ACellDoesNotAlwaysFollowTheSameOne) {
    constexpr std::size_t kCells = 12;
    std::map<std::size_t, std::set<std::size_t>> followers;
    for (std::uint64_t repetition = 1; repetition <= kCells; ++repetition) {
        const auto order = order_of(5, kCells, repetition);
        for (std::size_t position = 1; position < kCells; ++position) {
            followers[order[position - 1]].insert(order[position]);
        }
    }
    for (const auto& [cell, others] : followers) {
        EXPECT_GE(others.size(), kCells / 3) << cell;
    }
}

}  // namespace
}  // namespace commitbench::sweep
