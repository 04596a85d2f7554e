// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/fee_recipient.hpp"

#include "tests/workloads/trace_harness.hpp"

#include <gmock/gmock.h>

namespace commitbench {
namespace {

using testing::address;
using testing::block_of;
using testing::Facts;
using testing::first_state;
using testing::State;
using testing::trace_of;

bal::Account account(std::uint8_t n, std::uint16_t balances, std::uint16_t nonces = 0) {
    bal::Account made;
    made.address = address(n);
    for (std::uint16_t tx = 0; tx < balances; ++tx) {
        made.balances.push_back({tx, bal::Quantity(std::uint64_t{tx} + 1)});
    }
    for (std::uint16_t tx = 0; tx < nonces; ++tx) {
        made.nonces.push_back({tx, std::uint64_t{tx} + 1});
    }
    return made;
}

TEST(FeeRecipient, IsTheOneThatMoreThanHalfOfTheTransactionsPay) {
    EXPECT_EQ(find_fee_recipient({}), std::nullopt);
    EXPECT_EQ(find_fee_recipient({{account(1, 0, 10)}}), std::nullopt);
    EXPECT_EQ(find_fee_recipient({{account(1, 5, 10), account(2, 5)}}), std::nullopt);
    EXPECT_EQ(find_fee_recipient({{account(1, 0, 10), account(2, 6)}}), 1U);
    EXPECT_EQ(find_fee_recipient({{account(1, 7, 10), account(2, 8), account(3, 8)}}), 1U);
    EXPECT_EQ(find_fee_recipient({{account(1, 1)}}), 0U);
}

/// 25 transactions a block, each of which pays one account where there is a hot one.
std::vector<NumberedList> blocks_with(bool hot) {
    auto made = make_synthetic_trace({.seed = 3,
                                      .first_block = 70,
                                      .blocks = 6,
                                      .transactions = 25,
                                      .accounts = 12,
                                      .contracts = 3,
                                      .slots = 10,
                                      .delete_share = 0.3,
                                      .hot_fee_recipient = hot});
    EXPECT_TRUE(made.ok());
    return std::move(*made);
}

/// Every block of the workload, executed; the state after each.
std::vector<State> states_of(const Workload& workload) {
    std::vector<State> states{first_state(workload)};
    for (std::uint64_t number = 1; number <= workload.block_limit(); ++number) {
        states.push_back(states.back());
        testing::run(*block_of(workload, number), states.back());
    }
    return states;
}

StateKey recipient_key(const NumberedList& block) {
    const auto index = find_fee_recipient(block.list);
    EXPECT_TRUE(index.has_value());
    return location_key(LocationKind::balance, block.list.accounts[*index].address);
}

/// Transactions of block 1 that read the key.
std::size_t readers(const Workload& workload, const StateKey& key) {
    State state = first_state(workload);
    const auto block = block_of(workload, 1);
    std::size_t found = 0;
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        testing::Interpreter access(state);
        (void)block->execute(i, access);
        found += access.read_keys.contains(key) ? 1U : 0U;
    }
    return found;
}

TEST(FeeRecipient, DeferredIsWrittenOnceAndEndsInTheRecordedState) {
    const auto blocks = blocks_with(true);
    const StateKey key = recipient_key(blocks[0]);
    const auto write = trace_of(blocks, {.seed = 1});
    const auto deferred = trace_of(blocks, {.seed = 1, .fee_recipient = FeeRecipient::deferred});
    testing::replay_and_check(*deferred, blocks);
    EXPECT_EQ(states_of(*write), states_of(*deferred));
    EXPECT_EQ(readers(*write, key), 25U);
    EXPECT_EQ(readers(*deferred, key), 1U);
    EXPECT_EQ(write->chain().counts().fee_writes_left_out, 0U);
    EXPECT_EQ(deferred->chain().counts().fee_recipients, 6U);
    EXPECT_EQ(deferred->chain().counts().fee_writes, 6 * 25U);
    EXPECT_EQ(deferred->chain().counts().fee_writes_left_out, 6 * 24U);
    EXPECT_EQ(write->chain().counts().writes, deferred->chain().counts().writes + 6 * 24U);
}

TEST(FeeRecipient, NoneLeavesItsBalanceAndNothingElse) {
    const auto blocks = blocks_with(true);
    const StateKey key = recipient_key(blocks[0]);
    const auto write = trace_of(blocks, {.seed = 1});
    const auto none = trace_of(blocks, {.seed = 1, .fee_recipient = FeeRecipient::none});
    EXPECT_EQ(readers(*none, key), 0U);
    std::vector<State> with = states_of(*write);
    std::vector<State> without = states_of(*none);
    EXPECT_EQ(with[0], without[0]) << "one first state";
    const Bytes first = with[0].at(key);
    for (std::size_t i = 0; i < with.size(); ++i) {
        EXPECT_EQ(without[i].at(key), first);
        EXPECT_EQ(with[i].at(key) == first, i == 0);
        with[i].erase(key);
        without[i].erase(key);
        EXPECT_EQ(with[i], without[i]);
    }
}

TEST(FeeRecipient, WithoutOneTheRuleChangesNothing) {
    const auto blocks = blocks_with(false);
    for (const NumberedList& block : blocks) {
        ASSERT_EQ(find_fee_recipient(block.list), std::nullopt);
    }
    const auto states = states_of(*trace_of(blocks, {.seed = 1}));
    for (const FeeRecipient rule : {FeeRecipient::deferred, FeeRecipient::none}) {
        EXPECT_EQ(states_of(*trace_of(blocks, {.seed = 1, .fee_recipient = rule})), states);
    }
}

/// A recipient of one block is somebody like others in the next.
TEST(FeeRecipient, WritesElsewhereAreDone) {
    bal::Account other = account(9, 0, 10);
    const std::vector<NumberedList> blocks{{1, {{account(1, 8), other}}},
                                           {2, {{account(1, 2), other}}}};
    const auto none = trace_of(blocks, {.seed = 1, .fee_recipient = FeeRecipient::none});
    const auto states = states_of(*none);
    const StateKey key = location_key(LocationKind::balance, address(1));
    EXPECT_EQ(states[1].at(key), states[0].at(key));
    EXPECT_EQ(states[2].at(key), Bytes{2});
    EXPECT_EQ(none->chain().counts().fee_writes_left_out, 8U);
}

TEST(FeeRecipient, FactsTellTheRule) {
    const auto blocks = blocks_with(true);
    const auto fact = [&blocks](FeeRecipient rule) {
        return Facts(*trace_of(blocks, {.seed = 1, .fee_recipient = rule}))
            .values.at("rule_fee_recipient");
    };
    EXPECT_THAT(fact(FeeRecipient::write), ::testing::StartsWith("0 of 150 balance writes"));
    EXPECT_THAT(fact(FeeRecipient::deferred), ::testing::StartsWith("144 of 150 balance writes"));
    EXPECT_THAT(fact(FeeRecipient::none), ::testing::StartsWith("150 of 150 balance writes"));
}

}  // namespace
}  // namespace commitbench
