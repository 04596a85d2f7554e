// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/trace.hpp"

#include "tests/workloads/trace_harness.hpp"
#include "workloads/work_units.hpp"

#include <gmock/gmock.h>

namespace commitbench {
namespace {

using testing::block_of;
using testing::Facts;
using testing::first_state;
using testing::Interpreter;
using testing::State;
using testing::trace_of;

std::vector<NumberedList> synthetic(std::uint64_t seed, std::uint32_t blocks = 4) {
    auto made = make_synthetic_trace({.seed = seed,
                                      .first_block = 500,
                                      .blocks = blocks,
                                      .transactions = 40,
                                      .accounts = 30,
                                      .contracts = 4,
                                      .slots = 20,
                                      .delete_share = 0.3,
                                      .code_share = 0.1});
    EXPECT_TRUE(made.ok());
    return std::move(*made);
}

TEST(Trace, RecordedValuesComeOutExactly) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
        SCOPED_TRACE(seed);
        const auto blocks = synthetic(seed, 10);
        for (const bool reads : {true, false}) {
            for (const double fresh : {0.0, 0.25, 1.0}) {
                const auto workload = trace_of(blocks, {.seed = seed,
                                                        .pure_reads = reads,
                                                        .fresh_slots = fresh,
                                                        .fresh_balances = fresh});
                testing::replay_and_check(*workload, blocks);
            }
        }
    }
}

TEST(Trace, RunsWithGapsAreChained) {
    auto blocks = synthetic(7, 6);
    // Only the numbers change: the values still follow each other.
    blocks[2].number = 1000;
    blocks[3].number = 1001;
    blocks[4].number = 5000;
    blocks[5].number = 5001;
    const auto workload = trace_of(blocks, {.seed = 1});
    testing::replay_and_check(*workload, blocks);
    EXPECT_EQ(Facts(*workload).values.at("runs_of_blocks"), "3");
}

TEST(Trace, BlocksLeftOutChangeWhatIsExpectedNotWhatIsWritten) {
    auto blocks = synthetic(8, 6);
    blocks.erase(blocks.begin() + 1, blocks.begin() + 3);
    testing::replay_and_check(*trace_of(blocks, {.seed = 1}), blocks);
}

/// Digest of all receipts and values after block 1 when the value of `key` is altered before
/// transaction `index`.
std::pair<std::vector<Receipt>, State> altered(const Workload& workload,
                                               std::uint32_t index,
                                               const StateKey& key,
                                               bool remove) {
    State state = first_state(workload);
    const auto block = block_of(workload, 1);
    std::vector<Receipt> receipts;
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        if (i == index) {
            if (remove) {
                state.erase(key);
            } else {
                state[key].push_back(1);
            }
        }
        Interpreter access(state);
        receipts.push_back(block->execute(i, access));
    }
    return {receipts, state};
}

TEST(Trace, AWrongReadBeforeAWriteGarblesTheWriteAndFails) {
    const auto blocks = synthetic(9, 1);
    const auto workload = trace_of(blocks, {.seed = 1});
    const ChainBlock& block = workload->chain().blocks()[0];
    State right = first_state(*workload);
    const auto receipts = testing::run(*block_of(*workload, 1), right);
    int writes = 0;
    for (std::uint32_t tx = 0; tx + 1 < block.begins.size(); ++tx) {
        for (std::uint32_t i = block.begins[tx]; i < block.begins[tx + 1]; ++i) {
            const TraceAccess& access = block.accesses[i];
            const StateKey& key = workload->chain().keys()[access.location];
            for (const bool remove : {true, false}) {
                if (remove && !first_state(*workload).contains(key)) {
                    continue;
                }
                const auto [wrong_receipts, state] = altered(*workload, tx, key, remove);
                const bool was_there = access.writes ? access.before.present : true;
                if (remove && !was_there) {
                    continue;
                }
                ASSERT_NE(wrong_receipts[tx].digest, receipts[tx].digest);
                if (access.writes) {
                    ++writes;
                    ASSERT_EQ(wrong_receipts[tx].status, TxStatus::failed);
                    ASSERT_NE(state, right) << "the lost update must show at the end of the block";
                    ASSERT_EQ(state.at(key).size(), 33U);
                }
            }
        }
    }
    EXPECT_GT(writes, 100);
}

TEST(Trace, StopsAtOnceWhenARead) {
    const auto blocks = synthetic(10, 1);
    const auto workload = trace_of(blocks, {.seed = 1});
    const auto block = block_of(*workload, 1);
    State state = first_state(*workload);
    Interpreter whole(state);
    ASSERT_EQ(block->execute(0, whole).status, TxStatus::ok);
    for (std::uint64_t answered = 0; answered < whole.reads; ++answered) {
        State again = first_state(*workload);
        Interpreter access(again);
        access.stop_at = answered;
        EXPECT_EQ(block->execute(0, access), (Receipt{TxStatus::stopped, 0}));
        EXPECT_EQ(access.reads, answered + 1);
    }
}

TEST(Trace, WorkGoesIntoTheReceipt) {
    const auto blocks = synthetic(11, 1);
    State idle_state = first_state(*trace_of(blocks, {.seed = 1}));
    State busy_state = idle_state;
    const auto idle = testing::run(*block_of(*trace_of(blocks, {.seed = 1}, 0), 1), idle_state);
    const auto busy = testing::run(*block_of(*trace_of(blocks, {.seed = 1}, 5), 1), busy_state);
    for (std::size_t i = 0; i < idle.size(); ++i) {
        EXPECT_EQ(busy[i].digest, work(5, idle[i].digest));
    }
    EXPECT_EQ(idle_state, busy_state);
}

TEST(Trace, IsTheSameForEveryInstanceAndOrderOfCalls) {
    const auto blocks = synthetic(12, 3);
    const auto one = trace_of(blocks, {.seed = 4, .fresh_slots = 0.5});
    const auto two = trace_of(blocks, {.seed = 4, .fresh_slots = 0.5});
    EXPECT_EQ(first_state(*one), first_state(*two));
    State state = first_state(*one);
    const auto last_first = block_of(*two, 3);
    for (std::uint64_t number = 1; number <= 2; ++number) {
        testing::run(*block_of(*one, number), state);
    }
    State other = state;
    EXPECT_EQ(testing::run(*block_of(*one, 3), state), testing::run(*last_first, other));
    EXPECT_EQ(state, other);
}

TEST(Trace, BlocksOutliveTheirWorkload) {
    const auto blocks = synthetic(13, 1);
    auto workload = trace_of(blocks, {.seed = 1});
    State state = first_state(*workload);
    const auto block = block_of(*workload, 1);
    workload.reset();
    for (const Receipt& receipt : testing::run(*block, state)) {
        EXPECT_EQ(receipt.status, TxStatus::ok);
    }
}

TEST(Trace, HasAsManyBlocksAsFiles) {
    const auto workload = trace_of(synthetic(14, 2), {.seed = 1});
    EXPECT_EQ(workload->block_limit(), 2U);
    for (const std::uint64_t number : {0U, 3U}) {
        const auto block = workload->block(number);
        ASSERT_FALSE(block.ok());
        EXPECT_THAT(block.error().message, ::testing::HasSubstr("the trace has blocks 1..2"));
    }
}

TEST(Trace, FactsNameTheRules) {
    const Facts facts(*trace_of(synthetic(15), {.seed = 1, .fresh_slots = 0.25}));
    for (const char* name :
         {"source", "locations", "locations_present_first", "transactions", "runs_of_blocks",
          "rule_written_locations", "rule_pure_reads", "rule_reads_not_listed", "rule_first_nonces",
          "rule_first_codes", "rule_first_slots", "rule_first_balances", "rule_first_values",
          "work_unit_ns", "work_per_transaction"}) {
        EXPECT_TRUE(facts.values.contains(name)) << name;
    }
    EXPECT_EQ(facts.values.at("transactions"), "160");
    EXPECT_THAT(facts.values.at("rule_first_slots"), ::testing::HasSubstr("0.25"));
}

}  // namespace
}  // namespace commitbench
