// SPDX-License-Identifier: Apache-2.0
// `kv` with transactions that never end by themselves, and a limit of their work.
#include "harness/core/work_limit.hpp"
#include "tests/workloads/kv_blocks.hpp"
#include "tests/workloads/made_workload.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::kv {
namespace {

using commitbench::testing::block_of;
using commitbench::testing::Facts;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::refusal_of;
using commitbench::testing::State;

TEST(KvLimit, EndlessTransactionsAreTheShareAndWriteNothing) {
    for (const std::string_view mix :
         {"reads=2,rmw=2", "reads=0,rmw=0,writes=2", "mix=a", "reads=1,rmw=1,fail-share=0.5"}) {
        const auto workload = make(fmt::format(
            "items=300,block-size=2k,{},endless-share=0.25,work=3,work-limit=200", mix));
        State state = first_state(*workload);
        const auto block = block_of(*workload, 1);
        std::uint32_t ended = 0;
        std::uint32_t out_of_work = 0;
        for (std::uint32_t i = 0; i < block->size(); ++i) {
            Interpreter access(state);
            const Receipt receipt = block->execute(i, access);
            ASSERT_NE(receipt.status, TxStatus::stopped);
            ASSERT_LE(access.reads, 200U);
            if (receipt == kOutOfWorkReceipt) {
                ++out_of_work;
                ASSERT_EQ(access.writes + access.erasures, 0U);
            } else {
                ended += receipt.status == TxStatus::ok ? 1U : 0U;
            }
        }
        // Four standard deviations of a binomial share of a quarter.
        const double many = ended + out_of_work;
        EXPECT_NEAR(out_of_work, many / 4, 4 * std::sqrt(many * 0.25 * 0.75)) << mix;
    }
}

TEST(KvLimit, WhatStaysBelowTheLimitIsAsWithoutOne) {
    const std::string_view options =
        "items=50,block-size=500,delete-share=0.2,fresh-share=0.1,work=5";
    const auto free = make(options);
    // 2 reads, 2 reads and 2 writes of the read-modify-writes, 5 units.
    const auto limited = make(fmt::format("{},work-limit=11", options));
    const auto below = make(fmt::format("{},work-limit=8", options));
    State free_state = first_state(*free);
    State limited_state = free_state;
    State below_state = free_state;
    const auto expected = commitbench::testing::run(*block_of(*free, 1), free_state);
    EXPECT_EQ(commitbench::testing::run(*block_of(*limited, 1), limited_state), expected);
    EXPECT_EQ(limited_state, free_state);
    const State before = below_state;
    for (const Receipt& receipt : commitbench::testing::run(*block_of(*below, 1), below_state)) {
        EXPECT_EQ(receipt, kOutOfWorkReceipt);
    }
    EXPECT_EQ(below_state, before);
}

TEST(KvLimit, WhoRunsOutPaysTheFee) {
    const auto workload = make("items=10,block-size=100,endless-share=1,work-limit=50,fee=write");
    State state = first_state(*workload);
    const std::size_t items = state.size();
    for (const Receipt& receipt : commitbench::testing::run(*block_of(*workload, 1), state)) {
        EXPECT_EQ(receipt.status, TxStatus::failed);
    }
    ASSERT_EQ(state.size(), items + 1);
    const auto& [key, counter] = *std::ranges::find_if(
        state, [](const auto& entry) { return entry.second.size() == kCounterBytes; });
    EXPECT_EQ(counter_of({ReadState::present, counter}), 100 * kFee);
}

TEST(KvLimit, IsToldAndAskedFor) {
    EXPECT_THAT(refusal_of("kv:endless-share=0.1"),
                ::testing::AllOf(::testing::HasSubstr("endless-share=0.1"),
                                 ::testing::HasSubstr("give them a work-limit")));
    const Facts facts(*make("items=100,block-size=100,endless-share=0.5,work-limit=1k"));
    EXPECT_EQ(facts.values.at("work_limit"), "1000 units a transaction");
    EXPECT_EQ(facts.values.at("endless_share_of_law"), "0.5");
    EXPECT_FALSE(Facts(*make("items=100,block-size=100")).values.contains("work_limit"));
}

}  // namespace
}  // namespace commitbench::kv
