// SPDX-License-Identifier: Apache-2.0
#include "workloads/distribution.hpp"

#include "tests/workloads/chi_square.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <set>
#include <vector>

namespace commitbench {
namespace {

/// Chances of ranks 0..n-1, summed directly.
std::vector<double> chances(std::uint64_t n, double theta) {
    std::vector<double> p(n);
    for (std::uint64_t k = 0; k < n; ++k) {
        p[k] = std::pow(static_cast<double>(k + 1), -theta);
    }
    const double sum = std::accumulate(p.rbegin(), p.rend(), 0.0);
    for (double& x : p) {
        x /= sum;
    }
    return p;
}

struct Law {
    std::uint64_t n;
    double theta;
};

class RankDistributionLaw : public ::testing::TestWithParam<Law> {};

TEST_P(RankDistributionLaw, PassesChiSquare) {
    const auto [n, theta] = GetParam();
    constexpr std::uint64_t kDraws = 400'000;
    const RankDistribution law(n, theta);
    std::vector<std::uint64_t> counts(n);
    RandomStream random(2024, Domain::transfer, n, 1);
    for (std::uint64_t i = 0; i < kDraws; ++i) {
        const std::uint64_t rank = law.draw(random);
        ASSERT_LT(rank, n);
        ++counts[rank];
    }
    testing::expect_chi_square(counts, chances(n, theta));
}

TEST_P(RankDistributionLaw, SharesAndGiniAreTheSums) {
    const auto [n, theta] = GetParam();
    const RankDistribution law(n, theta);
    const std::vector<double> p = chances(n, theta);
    double sum = 0;
    double weighted = 0;
    for (std::uint64_t k = 0; k < n; ++k) {
        sum += p[k];
        weighted += static_cast<double>(k + 1) * p[k];
        if (k == 0 || k == n / 100 || k == n / 2 || k + 1 == n) {
            EXPECT_NEAR(law.share_of_first(k + 1), sum, 1e-6);
        }
    }
    const auto size = static_cast<double>(n);
    EXPECT_NEAR(law.gini(), (size + 1 - 2 * weighted) / size, 1e-6);
}

TEST(RankDistribution, EqualChancesHaveAGiniOfZeroWithoutASign) {
    for (const std::uint64_t n : {1U, 2U, 3U, 7U, 100U, 1000U, 10'000U, 1'000'000U, 16'000'000U}) {
        const double gini = RankDistribution(n, 0).gini();
        EXPECT_NEAR(gini, 0, 1e-9) << n;
        EXPECT_FALSE(std::signbit(gini)) << n;
    }
}

INSTANTIATE_TEST_SUITE_P(Laws,
                         RankDistributionLaw,
                         ::testing::Values(Law{1, 0},
                                           Law{1, 0.99},
                                           Law{2, 1},
                                           Law{10, 0},
                                           Law{10, 0.5},
                                           Law{1000, 0},
                                           Law{1000, 0.3},
                                           Law{1000, 0.99},
                                           Law{1000, 1},
                                           Law{1000, 1.0000001},
                                           Law{1000, 1.5},
                                           Law{1000, 3},
                                           Law{1000, 20},
                                           Law{50'000, 0.99},
                                           Law{50'000, 1},
                                           Law{50'000, 1.2}));

TEST(RankDistribution, ExtremeExponentsEnd) {
    for (const double theta : {100.0, 1000.0, 1e6, 1e300}) {
        const RankDistribution law(1'000'000, theta);
        RandomStream random(1, Domain::transfer, 0, 0);
        for (int i = 0; i < 1000; ++i) {
            ASSERT_EQ(law.draw(random), 0U) << theta;
        }
        EXPECT_NEAR(law.share_of_first(1), 1, 1e-12);
    }
}

TEST(RankDistribution, LargeRangesAreCoveredToTheirEnd) {
    constexpr std::uint64_t kItems = 10'000'000'000;
    for (const double theta : {0.0, 0.5, 1.0}) {
        const RankDistribution law(kItems, theta);
        RandomStream random(5, Domain::transfer, 0, 0);
        std::uint64_t highest = 0;
        std::uint64_t in_first_half = 0;
        for (int i = 0; i < 100'000; ++i) {
            const std::uint64_t rank = law.draw(random);
            ASSERT_LT(rank, kItems);
            highest = std::max(highest, rank);
            in_first_half += rank < kItems / 2 ? 1U : 0U;
        }
        EXPECT_GT(highest, kItems - kItems / 1000) << theta;
        // Standard deviation below 0.0016.
        EXPECT_NEAR(static_cast<double>(in_first_half) / 1e5, law.share_of_first(kItems / 2), 0.008)
            << theta;
    }
}

TEST(Scatter, IsABijection) {
    for (const std::uint64_t n :
         {1ULL, 2ULL, 3ULL, 4ULL, 5ULL, 16ULL, 17ULL, 1000ULL, 65'536ULL, 65'537ULL}) {
        for (const std::uint64_t seed : {0ULL, 1ULL, 99ULL}) {
            const Scatter scatter(n, seed);
            std::vector<bool> hit(n);
            for (std::uint64_t rank = 0; rank < n; ++rank) {
                const std::uint64_t item = scatter(rank);
                ASSERT_LT(item, n);
                ASSERT_FALSE(hit[item]) << "n " << n << ", seed " << seed;
                hit[item] = true;
            }
        }
    }
}

TEST(Scatter, NeighboursPart) {
    constexpr std::uint64_t kItems = 100'000;
    const Scatter scatter(kItems, 3);
    int close = 0;
    for (std::uint64_t rank = 0; rank + 1 < 1000; ++rank) {
        const auto a = static_cast<std::int64_t>(scatter(rank));
        const auto b = static_cast<std::int64_t>(scatter(rank + 1));
        close += std::abs(a - b) < 100 ? 1 : 0;
    }
    // Of random pairs 0.2 % are that close: 2 of 999.
    EXPECT_LT(close, 12);
    EXPECT_NE(scatter(0), Scatter(kItems, 4)(0));
}

}  // namespace
}  // namespace commitbench
