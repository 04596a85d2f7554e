// SPDX-License-Identifier: Apache-2.0
#include "workloads/work_units.hpp"

#include <gtest/gtest.h>
#include <set>

namespace commitbench {
namespace {

/// The chain as the header states it.
std::uint64_t chain(std::uint64_t units, std::uint64_t x) {
    for (std::uint64_t round = 0; round < units * kRoundsPerUnit; ++round) {
        x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
    }
    return x;
}

TEST(Work, IsTheChainOfTheHeader) {
    for (const std::uint64_t units : {0U, 1U, 2U, 10U}) {
        for (const std::uint64_t value : {0ULL, 1ULL, 0xffffffffffffffffULL}) {
            EXPECT_EQ(work(units, value), chain(units, value));
        }
    }
    EXPECT_EQ(work(0, 42), 42U);
    EXPECT_EQ(work(3, work(4, 9)), work(7, 9));
}

TEST(Work, DifferentValuesStayDifferent) {
    std::set<std::uint64_t> results;
    for (std::uint64_t value = 0; value < 10'000; ++value) {
        EXPECT_TRUE(results.insert(work(1, value)).second);
    }
}

TEST(Work, CalibrationIsOrdered) {
    const WorkCalibration unit = calibrate_work();
    EXPECT_GT(unit.fastest_ns, 0);
    EXPECT_LE(unit.fastest_ns, unit.median_ns);
    EXPECT_LE(unit.median_ns, unit.slowest_ns);
    EXPECT_GT(unit.runs, 2);
}

}  // namespace
}  // namespace commitbench
