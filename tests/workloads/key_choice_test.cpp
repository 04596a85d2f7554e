// SPDX-License-Identifier: Apache-2.0
#include "workloads/key_choice.hpp"

#include "tests/workloads/chi_square.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace commitbench {
namespace {

struct Hot {
    std::uint64_t n;
    double share;
    double set;
    std::uint64_t hot;  ///< items, worked out by hand
};

class HotspotLaw : public ::testing::TestWithParam<Hot> {
  protected:
    /// Chances of the ranks, from the definition.
    static std::vector<double> chances() {
        const auto [n, share, set, hot] = GetParam();
        std::vector<double> p(n);
        for (std::uint64_t k = 0; k < n; ++k) {
            p[k] = hot == n  ? 1 / static_cast<double>(n)
                   : k < hot ? share / static_cast<double>(hot)
                             : (1 - share) / static_cast<double>(n - hot);
        }
        return p;
    }
};

TEST_P(HotspotLaw, PassesChiSquare) {
    const auto [n, share, set, hot] = GetParam();
    const HotspotDistribution law(n, share, set);
    EXPECT_EQ(law.hot(), hot);
    std::vector<std::uint64_t> counts(n);
    RandomStream random(77, Domain::transfer, n, hot);
    for (int i = 0; i < 200'000; ++i) {
        const std::uint64_t rank = law.draw(random);
        ASSERT_LT(rank, n);
        ++counts[rank];
    }
    testing::expect_chi_square(counts, chances());
}

TEST_P(HotspotLaw, SharesAndGiniAreTheSums) {
    const auto [n, share, set, hot] = GetParam();
    const HotspotDistribution law(n, share, set);
    std::vector<double> p = chances();
    std::ranges::sort(p, std::greater<>());
    double sum = 0;
    double weighted = 0;
    for (std::uint64_t k = 0; k < n; ++k) {
        sum += p[k];
        weighted += static_cast<double>(k + 1) * p[k];
        ASSERT_NEAR(law.share_of_first(k + 1), sum, 1e-9) << k;
    }
    EXPECT_NEAR(law.share_of_first(n + 5), 1, 1e-9);
    const auto size = static_cast<double>(n);
    EXPECT_NEAR(law.gini(), (size + 1 - 2 * weighted) / size, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Laws,
                         HotspotLaw,
                         ::testing::Values(Hot{1, 0.8, 0.01, 1},
                                           Hot{2, 0.3, 0.01, 1},
                                           Hot{100, 0.8, 0.07, 7},
                                           Hot{1000, 0.8, 0.2, 200},
                                           Hot{1000, 0.99, 0.001, 1},
                                           Hot{1000, 0.9, 0, 1},
                                           Hot{1000, 1, 0.01, 10},
                                           Hot{1000, 0, 0.01, 10},
                                           Hot{1000, 0.1, 0.5, 500},
                                           Hot{1000, 0.5, 1, 1000},
                                           Hot{1000, 0.25, 0.25, 250}));

KeyChoice choice(KeyLaw law) {
    return {.law = law, .theta = 0.99, .hot_share = 0.7, .hot_set = 0.05};
}

/// How often each of `items` items was drawn.
std::vector<std::uint64_t> drawn(const KeyDistribution& keys, std::uint64_t newest, int draws) {
    std::vector<std::uint64_t> counts(newest);
    RandomStream random(5, Domain::transfer, 0, 1);
    for (int i = 0; i < draws; ++i) {
        ++counts.at(keys.draw(random, newest));
    }
    return counts;
}

TEST(KeyDistribution, LatestFollowsZipfsLawByAge) {
    constexpr std::uint64_t kItems = 500;
    const KeyDistribution keys(kItems, choice(KeyLaw::latest), 9);
    std::vector<double> p(kItems);
    for (std::uint64_t item = 0; item < kItems; ++item) {
        p[item] = std::pow(static_cast<double>(kItems - item), -0.99);
    }
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& chance : p) {
        chance /= sum;
    }
    testing::expect_chi_square(drawn(keys, kItems, 300'000), p);
    // 40 newer ones: the same law, 40 items on.
    std::vector<std::uint64_t> later = drawn(keys, kItems + 40, 300'000);
    EXPECT_EQ(std::accumulate(later.begin(), later.begin() + 40, std::uint64_t{0}), 0U);
    later.erase(later.begin(), later.begin() + 40);
    testing::expect_chi_square(later, p);
}

TEST(KeyDistribution, TheOtherLawsDrawFromTheFirstItemsOnly) {
    for (const KeyLaw law : {KeyLaw::uniform, KeyLaw::zipf, KeyLaw::hotspot}) {
        const KeyDistribution keys(200, choice(law), 9);
        const auto counts = drawn(keys, 300, 100'000);
        EXPECT_EQ(std::accumulate(counts.begin() + 200, counts.end(), std::uint64_t{0}), 0U);
        auto sorted = std::vector(counts.begin(), counts.begin() + 200);
        EXPECT_EQ(sorted, drawn(keys, 200, 100'000));
        std::ranges::sort(sorted, std::greater<>());
        const auto first = static_cast<double>(sorted[0] + sorted[1]);
        EXPECT_NEAR(first / 1e5, keys.share_of_first(2), 0.01);
    }
}

TEST(KeyDistribution, RanksAreScatteredBySeed) {
    const auto hottest = [](std::uint64_t seed) {
        const auto counts = drawn(KeyDistribution(200, choice(KeyLaw::zipf), seed), 200, 20'000);
        return std::ranges::max_element(counts) - counts.begin();
    };
    EXPECT_EQ(hottest(1), hottest(1));
    EXPECT_NE(hottest(1), hottest(2));
}

TEST(KeyDistribution, TwoAreNeverTheSame) {
    for (const KeyLaw law : {KeyLaw::uniform, KeyLaw::zipf, KeyLaw::hotspot, KeyLaw::latest}) {
        for (const std::uint64_t items : {2U, 3U, 1000U}) {
            for (const double extreme : {0.5, 1000.0}) {
                const KeyChoice choice{.law = law, .theta = extreme, .hot_share = 1, .hot_set = 0};
                const KeyDistribution keys(items, choice, 1);
                RandomStream random(5, Domain::transfer, items, 1);
                for (int i = 0; i < 500; ++i) {
                    const auto [a, b] = keys.draw_two(random);
                    ASSERT_NE(a, b);
                    ASSERT_LT(a, items);
                    ASSERT_LT(b, items);
                }
            }
        }
    }
}

TEST(KeyDistribution, SaysWhatItIs) {
    const auto text = [](KeyLaw law) {
        return KeyDistribution(200, choice(law), 1).describe("accounts");
    };
    EXPECT_EQ(text(KeyLaw::uniform), "uniform over 200 accounts");
    EXPECT_EQ(text(KeyLaw::zipf), "zipf over 200 accounts, P(rank k) ~ k^-0.99");
    EXPECT_EQ(text(KeyLaw::hotspot),
              "hotspot over 200 accounts, 0.7 of the accesses to 10 of them");
    EXPECT_EQ(text(KeyLaw::latest),
              "latest over 200 accounts and those added since, P(k-th newest) ~ k^-0.99");
}

}  // namespace
}  // namespace commitbench
