// SPDX-License-Identifier: Apache-2.0
// Pearson's chi-square test of draws against the law they should follow.
#pragma once

#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <vector>

namespace commitbench::testing {

/// Draws of each outcome against its chance (the chances sum to 1). Neighbouring outcomes are
/// pooled until 20 draws are expected of a pool, where the statistic's normal approximation holds;
/// what would be left over joins the last pool. With a fixed seed a law passes always or never.
inline void expect_chi_square(const std::vector<std::uint64_t>& counts,
                              const std::vector<double>& chances) {
    ASSERT_EQ(counts.size(), chances.size());
    double draws = 0;
    for (const std::uint64_t count : counts) {
        draws += static_cast<double>(count);
    }
    std::vector<double> left(chances.size() + 1);  // expected of this outcome and all after it
    for (std::size_t k = chances.size(); k-- > 0;) {
        left[k] = left[k + 1] + chances[k] * draws;
    }
    double statistic = 0;
    double expected = 0;
    double observed = 0;
    int pools = 0;
    for (std::size_t k = 0; k < chances.size(); ++k) {
        expected += chances[k] * draws;
        observed += static_cast<double>(counts[k]);
        if ((expected >= 20 && left[k + 1] >= 20) || k + 1 == chances.size()) {
            statistic += (observed - expected) * (observed - expected) / std::max(expected, 1e-9);
            expected = observed = 0;
            ++pools;
        }
    }
    const double freedom = pools - 1;
    if (freedom == 0) {
        EXPECT_NEAR(statistic, 0, 1e-6);
    } else {
        EXPECT_LT(statistic, freedom + 4 * std::sqrt(2 * freedom) + 4)
            << "chi-square with " << freedom << " degrees of freedom";
    }
}

}  // namespace commitbench::testing
