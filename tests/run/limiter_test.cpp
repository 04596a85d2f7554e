// SPDX-License-Identifier: Apache-2.0
// Each rule of limiter.hpp, and its edges.
#include "harness/run/limiter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// One block of 100 transactions: wall times of the four spans, CPU times, and what lies between.
RunRecord record_of(std::array<std::uint64_t, 4> wall,
                    std::array<std::uint64_t, 4> cpu,
                    std::uint64_t other = 0) {
    RunRecord record;
    BlockRecord& block = record.blocks.emplace_back();
    block.transactions = 100;
    block.spans.wall_ns = wall;
    block.spans.cpu_ns = cpu;
    block.spans.total_ns = wall[0] + wall[1] + wall[2] + wall[3] + other;
    return record;
}

RunRecord record_of(std::array<std::uint64_t, 4> wall) {
    return record_of(wall, wall);
}

TEST(Limiter, NothingMeasured) {
    EXPECT_EQ(find_limiter(RunRecord{}).limit, Limit::nothing_measured);
}

TEST(Limiter, Execution) {
    const Limiter limiter = find_limiter(record_of({6000, 1000, 2000, 1000}));
    EXPECT_EQ(limiter.limit, Limit::execution);
    EXPECT_THAT(limiter.sentence,
                AllOf(HasSubstr("60 %"), HasSubstr("60 ns a transaction"), EndsWith(".")));
}

TEST(Limiter, HashingWhereThePermutationsExplainMerkleize) {
    RunRecord record = record_of({1000, 1000, 6000, 2000});
    record.counters["hash_permutations"] = 45;
    record.backend.facts.push_back({"hash_permutation_ns", "100", ""});
    const Limiter limiter = find_limiter(record);  // 4500 of 6000 ns
    EXPECT_EQ(limiter.limit, Limit::hashing);
    EXPECT_THAT(limiter.sentence, AllOf(HasSubstr("45 permutations x 100 ns"), HasSubstr("75 %")));
}

TEST(Limiter, MerkleizeWhereThePermutationsDoNotExplainIt) {
    RunRecord record = record_of({1000, 1000, 6000, 2000});
    record.counters["hash_permutations"] = 29;
    record.backend.facts.push_back({"hash_permutation_ns", "100", ""});
    EXPECT_EQ(find_limiter(record).limit, Limit::merkleize);
    record.counters["hash_permutations"] = 30;  // half
    EXPECT_EQ(find_limiter(record).limit, Limit::hashing);
}

TEST(Limiter, MerkleizeWhereNobodyCountsPermutations) {
    const Limiter limiter = find_limiter(record_of({1000, 1000, 6000, 2000}));
    EXPECT_EQ(limiter.limit, Limit::merkleize);
    EXPECT_THAT(limiter.sentence, HasSubstr("counts no hash permutations"));
}

TEST(Limiter, LoadingByCpu) {
    RunRecord record = record_of({1000, 6000, 1000, 1000}, {1000, 2999, 1000, 1000});
    record.counters["nodes_loaded"] = 12345;
    const Limiter waits = find_limiter(record);
    EXPECT_EQ(waits.limit, Limit::loading_waits);
    EXPECT_THAT(waits.sentence, HasSubstr("12345.0 nodes loaded a block"));
    EXPECT_EQ(find_limiter(record_of({1000, 6000, 1000, 1000}, {1000, 3000, 1000, 1000})).limit,
              Limit::loading_works);
}

TEST(Limiter, PersistByCpu) {
    RunRecord record = record_of({1000, 1000, 1000, 6000}, {1000, 1000, 1000, 100});
    record.counters["store_syncs"] = 1;
    const Limiter sync = find_limiter(record);
    EXPECT_EQ(sync.limit, Limit::sync);
    EXPECT_THAT(sync.sentence, AllOf(HasSubstr("1.0 syncs a block"), HasSubstr("only 2 %")));
    // Two threads at work: CPU above wall.
    EXPECT_EQ(find_limiter(record_of({1000, 1000, 1000, 6000}, {0, 0, 0, 9000})).limit,
              Limit::writing);
}

TEST(Limiter, AnIdleCpuThatOthersTookIsNoWaiting) {
    for (const std::array<std::uint64_t, 4>& wall :
         {std::array<std::uint64_t, 4>{100, 6000, 100, 100}, {100, 100, 100, 6000}}) {
        RunRecord record = record_of(wall, {0, 0, 0, 0});
        record.process_before.involuntary_switches = 1000;
        record.process_after.involuntary_switches = 1031;
        record.process_after.voluntary_switches = 30;
        const Limiter limiter = find_limiter(record);
        EXPECT_EQ(limiter.limit, Limit::disturbed);
        EXPECT_THAT(limiter.sentence, HasSubstr("31 of 61 context switches"));
        record.process_after.voluntary_switches = 31;
        EXPECT_NE(find_limiter(record).limit, Limit::disturbed);
    }
}

TEST(Limiter, TheHarnessItself) {
    EXPECT_EQ(find_limiter(record_of({10, 10, 10, 10}, {0, 0, 0, 0}, 41)).limit, Limit::harness);
    EXPECT_NE(find_limiter(record_of({10, 10, 10, 10}, {0, 0, 0, 0}, 40)).limit, Limit::harness);
}

TEST(Limiter, HalfIsNotAboveHalf) {
    const Limiter limiter = find_limiter(record_of({5000, 1000, 3000, 1000}));
    EXPECT_EQ(limiter.limit, Limit::shared);
    EXPECT_THAT(limiter.sentence, AllOf(HasSubstr("execute took 50 %"), HasSubstr("merkleize 30 %"),
                                        Not(HasSubstr("persist"))));
}

}  // namespace
}  // namespace commitbench::testing
