// SPDX-License-Identifier: Apache-2.0
#include "workloads/fee.hpp"

#include "tests/workloads/interpreter.hpp"

#include <gtest/gtest.h>

namespace commitbench {
namespace {

using testing::block_of;
using testing::Facts;
using testing::first_state;
using testing::Interpreter;
using testing::State;

constexpr std::uint64_t kSeed = 3;
constexpr std::uint32_t kTransactions = 150;

/// A workload in which transactions fail too.
std::unique_ptr<Workload> make(std::string_view fee) {
    return testing::make_workload(
        fmt::format("transfer:accounts=40,block-size={},balance=300,amount-max=200,fee={}",
                    kTransactions, fee),
        kSeed);
}

const StateKey& recipient() {
    static const StateKey kRecipient = Fee(FeeRule::write, kSeed).recipient();
    return kRecipient;
}

std::uint64_t counter(const State& state) {
    const auto found = state.find(recipient());
    EXPECT_NE(found, state.end());
    EXPECT_EQ(found->second.size(), 8U);
    return counter_of({ReadState::present, found->second});
}

TEST(Fee, EveryRuleCountsTheSameFeesAndChangesNothingElse) {
    const auto free = make("none");
    State free_state = first_state(*free);
    std::vector<std::vector<Receipt>> free_receipts;
    for (std::uint64_t number = 1; number <= 6; ++number) {
        free_receipts.push_back(testing::run(*block_of(*free, number), free_state));
    }
    EXPECT_FALSE(free_state.contains(recipient()));
    const auto failed = [](const Receipt& receipt) { return receipt.status == TxStatus::failed; };
    EXPECT_TRUE(std::ranges::any_of(free_receipts[1], failed)) << "failed ones pay too";

    for (const std::string_view rule : {"deferred", "write", "delta"}) {
        SCOPED_TRACE(rule);
        const auto paying = make(rule);
        State state = first_state(*paying);
        EXPECT_FALSE(state.contains(recipient()));
        for (std::uint64_t number = 1; number <= 6; ++number) {
            const auto block = block_of(*paying, number);
            EXPECT_EQ(block->number(), number);
            ASSERT_EQ(block->size(), kTransactions + (rule == "deferred" ? 1U : 0U));
            const std::vector<Receipt> receipts = testing::run(*block, state);
            EXPECT_EQ(counter(state), kFee * kTransactions * number);
            for (std::size_t i = 0; i < kTransactions; ++i) {
                const Receipt& without = free_receipts[number - 1][i];
                ASSERT_EQ(receipts[i].status, without.status);
                // Only reading the counter can tell the transactions before apart.
                ASSERT_EQ(receipts[i].digest == without.digest, rule != "write");
            }
            if (rule == "deferred") {
                EXPECT_EQ(receipts.back().status, TxStatus::ok);
            }
        }
        state.erase(recipient());
        EXPECT_EQ(state, free_state);
    }
}

TEST(Fee, ReceiptsDependOnTheCounterWhereItIsRead) {
    const auto write = make("write");
    const auto deferred = make("deferred");
    const auto delta = make("delta");
    const auto receipt_with = [](const Workload& workload, std::uint32_t index,
                                 std::optional<Bytes> value) {
        State state = first_state(workload);
        if (value) {
            state[recipient()] = *value;
        }
        Interpreter access(state);
        return block_of(workload, 1)->execute(index, access);
    };
    std::set<std::uint64_t> digests;
    std::set<std::uint64_t> last_digests;
    const std::optional<Bytes> values[] = {std::nullopt, Bytes(8, 0), Bytes(8, 1), Bytes(7, 0),
                                           Bytes(9, 0)};
    for (const std::optional<Bytes>& value : values) {
        EXPECT_TRUE(digests.insert(receipt_with(*write, 7, value).digest).second);
        EXPECT_TRUE(
            last_digests.insert(receipt_with(*deferred, kTransactions, value).digest).second);
        EXPECT_EQ(receipt_with(*delta, 7, value), receipt_with(*delta, 7, std::nullopt));
        EXPECT_EQ(receipt_with(*deferred, 7, value), receipt_with(*delta, 7, std::nullopt));
    }
}

TEST(Fee, ACounterOfAnotherLengthCountsAsNone) {
    for (const std::string_view rule : {"deferred", "write", "delta"}) {
        for (const std::size_t size : {1U, 7U, 9U, 100U}) {
            const auto paying = make(rule);
            State state = first_state(*paying);
            state[recipient()] = Bytes(size, 0xff);
            testing::run(*block_of(*paying, 1), state);
            EXPECT_EQ(counter(state), kFee * kTransactions);
        }
    }
}

TEST(Fee, StopsWhereTheCounterCannotBeRead) {
    for (const std::string_view rule : {"write", "delta"}) {
        const auto paying = make(rule);
        const auto block = block_of(*paying, 1);
        State state = first_state(*paying);
        Interpreter probe(state);
        const Receipt done = block->execute(0, probe);
        EXPECT_NE(done.status, TxStatus::stopped);
        for (std::uint64_t answered = 0; answered < probe.reads; ++answered) {
            State again = first_state(*paying);
            Interpreter access(again);
            access.stop_at = answered;
            EXPECT_EQ(block->execute(0, access).status, TxStatus::stopped);
            EXPECT_EQ(access.reads, answered + 1) << "nothing is read after a stop";
            EXPECT_FALSE(again.contains(recipient()));
        }
    }
    const auto deferred = make("deferred");
    State state = first_state(*deferred);
    Interpreter access(state);
    access.stop_at = 0;
    EXPECT_EQ(block_of(*deferred, 1)->execute(kTransactions, access).status, TxStatus::stopped);
    EXPECT_EQ(access.writes, 0U);
}

TEST(Fee, CostsOneReadAndOneWriteOfOneKey) {
    const auto free = make("none");
    const auto paying = make("write");
    State free_state = first_state(*free);
    State state = free_state;
    for (std::uint32_t i = 0; i < kTransactions; ++i) {
        Interpreter without(free_state);
        Interpreter with(state);
        (void)block_of(*free, 1)->execute(i, without);
        (void)block_of(*paying, 1)->execute(i, with);
        ASSERT_EQ(with.reads, without.reads + 1);
        ASSERT_EQ(with.writes, without.writes + 1);
        without.read_keys.insert(recipient());
        ASSERT_EQ(with.read_keys, without.read_keys);
    }
}

TEST(Fee, TheRecipientIsTheSeeds) {
    EXPECT_EQ(Fee(FeeRule::delta, 1).recipient(), Fee(FeeRule::write, 1).recipient());
    EXPECT_NE(Fee(FeeRule::delta, 1).recipient(), Fee(FeeRule::delta, 2).recipient());
}

TEST(Fee, FactsTellTheRule) {
    std::set<std::string> told;
    for (const std::string_view rule : {"none", "deferred", "write", "delta"}) {
        const auto workload = make(rule);
        EXPECT_TRUE(told.insert(Facts(*workload).values.at("fee")).second) << rule;
    }
}

}  // namespace
}  // namespace commitbench
