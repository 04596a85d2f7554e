// SPDX-License-Identifier: Apache-2.0
// Expected values computed by hand from the definitions.
#include "workloads/skew.hpp"

#include <gtest/gtest.h>

namespace commitbench {
namespace {

TEST(Skew, EqualAccessesHaveNone) {
    const Skew skew = measure_skew(std::vector<std::uint64_t>(200, 7), 200);
    EXPECT_EQ(skew.accesses, 1400U);
    EXPECT_EQ(skew.items_hit, 200U);
    EXPECT_DOUBLE_EQ(skew.top_percent_share, 2.0 / 200);
    EXPECT_NEAR(skew.gini, 0, 1e-12);
}

TEST(Skew, OneItemThatHasAll) {
    const Skew skew = measure_skew({50}, 1000);
    EXPECT_DOUBLE_EQ(skew.top_percent_share, 1);
    EXPECT_NEAR(skew.gini, 0.999, 1e-12);
}

TEST(Skew, SmallCase) {
    // Counts 3, 1, 0, 0. Gini: mean absolute difference over twice the mean = (2 * (2+3+3+1+1) /
    // 16) / (2 * 1) = 0.625.
    const Skew skew = measure_skew({1, 3, 0}, 4);
    EXPECT_EQ(skew.items_hit, 2U);
    EXPECT_EQ(skew.accesses, 4U);
    EXPECT_DOUBLE_EQ(skew.top_percent_share, 0.75);  // 1 % of 4, rounded up: 1 item
    EXPECT_NEAR(skew.gini, 0.625, 1e-12);
}

TEST(Skew, NoAccessesAtAll) {
    const Skew skew = measure_skew({}, 10);
    EXPECT_EQ(skew.accesses, 0U);
    EXPECT_EQ(skew.gini, 0);
}

}  // namespace
}  // namespace commitbench
