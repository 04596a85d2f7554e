// SPDX-License-Identifier: Apache-2.0
// Against the C library in long double (64 bits of mantissa), whose error is far below the bounds
// here.
#include "workloads/exact_math.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace commitbench {
namespace {

constexpr double kUnit = 0x1p-52;

double relative_error(double got, long double want) {
    return want == 0 ? std::abs(got) : static_cast<double>(std::abs((got - want) / want));
}

TEST(ExactMath, Logarithm) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 200'000; ++i) {
        const double x = std::ldexp(1 + static_cast<double>(random() >> 12) * 0x1p-52,
                                    static_cast<int>(random() % 2000) - 1000);
        ASSERT_LT(relative_error(exact::log(x), std::log(static_cast<long double>(x))), 4 * kUnit)
            << x;
        const double near_one = 1 + (static_cast<double>(random() >> 12) * 0x1p-52 - 0.5) / 8;
        ASSERT_LT(
            relative_error(exact::log(near_one), std::log(static_cast<long double>(near_one))),
            4 * kUnit)
            << near_one;
    }
    EXPECT_EQ(exact::log(1), 0);
    EXPECT_EQ(exact::log(0), -exact::kInfinity);
    EXPECT_EQ(exact::log(exact::kInfinity), exact::kInfinity);
}

TEST(ExactMath, Exponential) {
    std::mt19937_64 random(2);
    for (int i = 0; i < 200'000; ++i) {
        const double x =
            (static_cast<double>(random() >> 12) * 0x1p-52 - 0.5) * (i % 2 == 0 ? 1400 : 2);
        ASSERT_LT(relative_error(exact::exp(x), std::exp(static_cast<long double>(x))), 4 * kUnit)
            << x;
    }
    EXPECT_EQ(exact::exp(0), 1);
    EXPECT_EQ(exact::exp(-1e300), 0);
    EXPECT_EQ(exact::exp(-exact::kInfinity), 0);
    EXPECT_EQ(exact::exp(710), exact::kInfinity);
}

TEST(ExactMath, QuotientsNearZeroAndAcrossTheirSeams) {
    for (const double x :
         {1e-300, 1e-10, 1e-3, 0.1, 0.4, 0.41, 0.42, 0.499999, 0.5, 0.6, 1.0, 30.0}) {
        for (const double signed_x : {x, -x}) {
            const auto wide = static_cast<long double>(signed_x);
            EXPECT_LT(relative_error(exact::expm1_over(signed_x), std::expm1(wide) / wide),
                      8 * kUnit)
                << signed_x;
            if (signed_x > -1) {
                EXPECT_LT(relative_error(exact::log1p_over(signed_x), std::log1p(wide) / wide),
                          8 * kUnit)
                    << signed_x;
            }
        }
    }
    EXPECT_EQ(exact::expm1_over(0), 1);
    EXPECT_EQ(exact::log1p_over(0), 1);
    EXPECT_EQ(exact::log1p_over(-1), exact::kInfinity);
}

// Bits that must come out on every machine, recorded from this program: a change here changes every
// Zipf workload.
TEST(ExactMath, BitsArePinned) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(exact::log(10)), 0x40026bb1bbb55516ULL);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(exact::exp(1)), 0x4005bf0a8b14576aULL);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(exact::exp(-0.99 * exact::log(12345))),
              0x3f1755276562355aULL);
}

}  // namespace
}  // namespace commitbench
