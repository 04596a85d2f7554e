// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/span.hpp"

#include <gtest/gtest.h>
#include <numeric>

namespace commitbench::testing {
namespace {

// Clocks that tests move by hand.
std::uint64_t wall_now = 0;
std::uint64_t cpu_now = 0;

Clocks manual_clocks() {
    wall_now = 1000;
    cpu_now = 500;
    return {[]() noexcept { return wall_now; }, []() noexcept { return cpu_now; }};
}

TEST(Spans, SumToWall) {
    BlockTimer timer(manual_clocks());
    wall_now += 1;
    {
        const Span span = timer.span(Phase::execute);
        wall_now += 10;
        cpu_now += 9;
    }
    wall_now += 2;
    {
        const Span span = timer.span(Phase::stage);
        wall_now += 100;
        cpu_now += 20;
    }
    {
        const Span span = timer.span(Phase::merkleize);
        wall_now += 1000;
        cpu_now += 3000;  // three threads
    }
    wall_now += 4;
    {
        const Span span = timer.span(Phase::persist);
        wall_now += 10000;
    }
    wall_now += 8;
    const BlockSpans spans = timer.finish();
    EXPECT_EQ(spans.wall(Phase::execute), 10U);
    EXPECT_EQ(spans.wall(Phase::stage), 100U);
    EXPECT_EQ(spans.wall(Phase::merkleize), 1000U);
    EXPECT_EQ(spans.wall(Phase::persist), 10000U);
    EXPECT_EQ(spans.cpu(Phase::execute), 9U);
    EXPECT_EQ(spans.cpu(Phase::merkleize), 3000U);
    EXPECT_EQ(spans.cpu(Phase::persist), 0U);
    EXPECT_EQ(spans.other_ns(), 15U);
    EXPECT_EQ(spans.total_ns, 11125U);
}

TEST(Spans, APhaseTakenTwiceIsAdded) {
    BlockTimer timer(manual_clocks());
    for (int i = 0; i < 2; ++i) {
        const Span span = timer.span(Phase::stage);
        wall_now += 7;
    }
    EXPECT_EQ(timer.finish().wall(Phase::stage), 14U);
}

TEST(Spans, AddUp) {
    BlockSpans sum;
    BlockSpans one;
    one.wall_ns = {1, 2, 3, 4};
    one.cpu_ns = {5, 6, 7, 8};
    one.total_ns = 15;
    sum += one;
    sum += one;
    EXPECT_EQ(sum.wall_ns, (std::array<std::uint64_t, 4>{2, 4, 6, 8}));
    EXPECT_EQ(sum.cpu_ns, (std::array<std::uint64_t, 4>{10, 12, 14, 16}));
    EXPECT_EQ(sum.other_ns(), 10U);
}

TEST(Spans, RealClocksNeverLeaveANegativeRest) {
    for (int i = 0; i < 1000; ++i) {
        BlockTimer timer;
        for (const Phase phase : {Phase::execute, Phase::stage, Phase::merkleize, Phase::persist}) {
            const Span span = timer.span(phase);
        }
        const BlockSpans spans = timer.finish();
        const std::uint64_t sum =
            std::accumulate(spans.wall_ns.begin(), spans.wall_ns.end(), std::uint64_t{0});
        ASSERT_LE(sum, spans.total_ns);
        ASSERT_EQ(sum + spans.other_ns(), spans.total_ns);
    }
}

#ifndef NDEBUG
TEST(SpansDeathTest, TwoAtATimeAreABug) {
    EXPECT_DEATH(
        {
            BlockTimer timer;
            const Span outer = timer.span(Phase::execute);
            const Span inner = timer.span(Phase::stage);
        },
        "open_");
}
#endif

}  // namespace
}  // namespace commitbench::testing
