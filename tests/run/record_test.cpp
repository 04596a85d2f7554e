// SPDX-License-Identifier: Apache-2.0
// The figures that a record is asked for, against values worked out by hand.
#include "harness/run/record.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

RunRecord record_of_blocks(const std::vector<std::uint64_t>& times_ns) {
    RunRecord record;
    for (const std::uint64_t ns : times_ns) {
        BlockRecord& block = record.blocks.emplace_back();
        block.transactions = 10;
        block.spans.total_ns = ns;
    }
    return record;
}

TEST(Record, ThroughputIsTotalOverTotal) {
    // 20 transactions in 4 s; the mean of the two rates (10/1 and 10/3) would be 6.67 a second.
    EXPECT_DOUBLE_EQ(record_of_blocks({1'000'000'000, 3'000'000'000}).transactions_per_second(),
                     5.0);
    EXPECT_EQ(record_of_blocks({}).transactions_per_second(), 0.0);
}

TEST(Record, PercentilesAreNearestRank) {
    const RunRecord record = record_of_blocks({50, 10, 40, 20, 30});
    EXPECT_EQ(record.block_percentile_ns(50), 30U);
    EXPECT_EQ(record.block_percentile_ns(20), 10U);
    EXPECT_EQ(record.block_percentile_ns(21), 20U);
    EXPECT_EQ(record.block_percentile_ns(99), 50U);
    EXPECT_EQ(record.block_percentile_ns(100), 50U);
    EXPECT_EQ(record_of_blocks({}).block_percentile_ns(50), 0U);
}

TEST(Record, SteadyStateNeedsEightBlocks) {
    EXPECT_FALSE(record_of_blocks({1, 1, 1, 1, 1, 1, 1}).steady_state().known);
    EXPECT_TRUE(record_of_blocks({1, 1, 1, 1, 1, 1, 1, 1}).steady_state().known);
}

TEST(Record, AFlatWindowIsSteady) {
    const SteadyState state =
        record_of_blocks({1000, 1010, 990, 1000, 1005, 995, 1000, 1000}).steady_state();
    EXPECT_TRUE(state.steady);
}

TEST(Record, ARisingWindowIsNot) {
    // 100, 110, … 170: the slope is 10 a block, 70 over the window; the mean is 135. Halves: 115
    // and 155.
    const SteadyState state =
        record_of_blocks({100, 110, 120, 130, 140, 150, 160, 170}).steady_state();
    EXPECT_NEAR(state.slope_percent, 70.0 / 135 * 100, 1e-9);
    EXPECT_NEAR(state.halves_percent, (155.0 / 115 - 1) * 100, 1e-9);
    EXPECT_FALSE(state.steady);
}

TEST(Record, AStepThatASlopeHardlySeesIsSeenByTheHalves) {
    // Odd: the middle block is in neither half. 9 blocks, the halves 100 and 107.
    const SteadyState state =
        record_of_blocks({100, 100, 100, 100, 500, 107, 107, 107, 107}).steady_state();
    EXPECT_NEAR(state.halves_percent, 7.0, 1e-9);
    EXPECT_FALSE(state.steady);
}

TEST(Record, TheHashFloorIsPermutationsTimesCost) {
    RunRecord record = record_of_blocks({100});
    EXPECT_FALSE(record.hash_floor_ns().has_value());
    record.counters["hash_permutations"] = 200;
    EXPECT_FALSE(record.hash_floor_ns().has_value()) << "no cost is known";
    record.counters_at_end["hash_permutation_ns"] = 3;
    EXPECT_DOUBLE_EQ(*record.hash_floor_ns(), 600);
    record.backend.facts.push_back({"hash_permutation_ns", "2.5", "measured"});
    EXPECT_DOUBLE_EQ(*record.hash_floor_ns(), 500) << "a fact has digits after the point";
    record.backend.facts.back().value = "unknown";
    EXPECT_FALSE(record.hash_floor_ns().has_value());
}

TEST(Record, WitnessesAreNoPartOfTheRatiosToTheHashFloor) {
    RunRecord record = record_of_blocks({100});
    EXPECT_FALSE(record.over_floor().has_value()) << "no floor is known";
    record.counters["hash_permutations"] = 10;
    record.counters_at_end["hash_permutation_ns"] = 10;
    BlockSpans& spans = record.blocks[0].spans;
    spans.wall_ns[static_cast<std::size_t>(Phase::stage)] = 500;
    spans.wall_ns[static_cast<std::size_t>(Phase::merkleize)] = 300;
    spans.wall_ns[static_cast<std::size_t>(Phase::persist)] = 50;
    EXPECT_DOUBLE_EQ(record.over_floor()->merkleize, 3);
    EXPECT_DOUBLE_EQ(record.over_floor()->stage_merkleize, 8);
    EXPECT_DOUBLE_EQ(record.over_floor()->commit, 8.5);
    record.counters["witness_make_ns"] = 400;
    record.counters["witness_verify_ns"] = 200;
    EXPECT_DOUBLE_EQ(record.over_floor()->merkleize, 1);
    EXPECT_DOUBLE_EQ(record.over_floor()->stage_merkleize, 2);
    EXPECT_DOUBLE_EQ(record.over_floor()->commit, 2.5);
}

TEST(Record, OnlyAValidRunExitsWithZero) {
    RunRecord record;
    EXPECT_EQ(record.exit_code(), 0);
    record.ledger.verdict = LedgerVerdict::void_run;
    EXPECT_EQ(record.exit_code(), 1);
}

}  // namespace
}  // namespace commitbench::testing
