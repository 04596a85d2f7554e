// SPDX-License-Identifier: Apache-2.0
#include "workloads/mint/mint.hpp"

#include "tests/workloads/made_workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::mint {
namespace {

using commitbench::testing::block_of;
using commitbench::testing::Facts;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::make_workload;
using commitbench::testing::State;
using commitbench::testing::value_at;

const std::vector<Mint>& mints_of(const Block& block) {
    return dynamic_cast<const MintBlock&>(block).mints();
}

std::uint64_t counter_in(const State& state, std::uint64_t seed) {
    const Bytes& value = state.at(counter_key(seed));
    EXPECT_EQ(value.size(), kCounterBytes);
    return counter_of({ReadState::present, value});
}

TEST(Mint, TheCounterIsTheNumberOfTokensWhateverFails) {
    std::uint64_t failed_in_all = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        RandomStream random(seed, Domain::transfer, 2, 0);
        const bool reads = random.below(2) == 0;
        const std::uint64_t minters = 1 + random.below(50);
        const std::uint64_t cap = random.below(1200);
        const std::uint64_t allowed = 1 + random.below(60);
        const std::string spec = fmt::format(
            "mint:minters={},block-size={},counter={},cap={},allowed={},underpaid-share={},keys={}",
            minters, 1 + random.below(300), reads ? "read" : "delta", cap, allowed,
            random.unit() * 0.3, random.below(2) == 0 ? "uniform" : "hotspot");
        SCOPED_TRACE(::testing::Message() << "seed " << seed << ", " << spec);
        const auto workload = make_workload(spec, seed);
        State state = first_state(*workload);
        std::map<StateKey, std::uint64_t> minted;  // by minter
        std::set<std::uint64_t> numbers;
        for (std::uint64_t number = 1; number <= 6; ++number) {
            const auto block = block_of(*workload, number);
            for (std::uint32_t i = 0; i < block->size(); ++i) {
                const Mint& tx = mints_of(*block)[i];
                const bool good = !tx.underpaid && minted[tx.minter] < allowed &&
                                  (!reads || numbers.size() < cap);
                Interpreter access(state);
                const Receipt receipt = block->execute(i, access);
                ASSERT_EQ(receipt.status, good ? TxStatus::ok : TxStatus::failed);
                if (!good) {
                    ++failed_in_all;
                    ASSERT_EQ(access.writes, 0U);
                    continue;
                }
                const std::uint64_t id = reads ? numbers.size() : delta_number(number, i);
                const auto token = value_at<Token>(state, token_key(seed, id));
                ASSERT_EQ(token.owner, tx.owner);
                ASSERT_EQ(token.number, id);
                ASSERT_EQ(token.minted, minted[tx.minter]);
                ++minted[tx.minter];
                ASSERT_TRUE(numbers.insert(id).second);
            }
            ASSERT_EQ(counter_in(state, seed), numbers.size());
            ASSERT_EQ(state.size(), workload->state_size() + numbers.size());
            std::uint64_t sum = 0;
            for (std::uint64_t minter = 0; minter < minters; ++minter) {
                const StateKey key =
                    dynamic_cast<const MintWorkload&>(*workload).minter_key(minter);
                const auto slot = value_at<AmountSlot>(state, key);
                ASSERT_EQ(slot.amount, minted[key]);
                ASSERT_EQ(slot.changes, minted[key]);
                sum += slot.amount;
            }
            ASSERT_EQ(sum, numbers.size());
        }
    }
    EXPECT_GT(failed_in_all, 1000U);
}

TEST(Mint, TheCapEndsIt) {
    const auto workload = make_workload("mint:minters=30,block-size=100,cap=130,underpaid-share=0");
    State state = first_state(*workload);
    const auto first = testing::run(*block_of(*workload, 1), state);
    const auto second = testing::run(*block_of(*workload, 2), state);
    const auto good = [](const Receipt& receipt) { return receipt.status == TxStatus::ok; };
    EXPECT_TRUE(std::ranges::all_of(first, good));
    EXPECT_EQ(std::ranges::count_if(second, good), 30);
    EXPECT_TRUE(std::all_of(second.begin(), second.begin() + 30, good));
}

TEST(Mint, DeltaNeverReadsTheCounter) {
    const auto workload = make_workload("mint:minters=30,block-size=100,counter=delta");
    const auto block = block_of(*workload, 1);
    State state = first_state(*workload);
    State other = state;
    other.at(counter_key(1)) = {0, 0, 0, 0, 0, 0, 7, 7};
    const auto receipts = testing::run(*block, state);
    EXPECT_EQ(receipts, testing::run(*block, other));
    EXPECT_EQ(counter_in(other, 1), counter_in(state, 1) + 7 * 256 + 7);
    // Absent counts as 0.
    State without = first_state(*workload);
    without.erase(counter_key(1));
    EXPECT_EQ(receipts, testing::run(*block, without));
    EXPECT_EQ(without, state);
}

TEST(Mint, ATokenThatIsThereAlreadyIsNotMintedAgain) {
    for (const char* counter : {"read", "delta"}) {
        const auto workload = make_workload(
            fmt::format("mint:minters=30,block-size=100,underpaid-share=0,counter={}", counter));
        const auto block = block_of(*workload, 1);
        State state = first_state(*workload);
        Interpreter access(state);
        ASSERT_EQ(block->execute(0, access).status, TxStatus::ok);
        if (std::string_view(counter) == "read") {
            state.at(counter_key(1)) = Bytes(kCounterBytes, 0);
        }
        const State before = state;
        Interpreter again(state);
        EXPECT_EQ(block->execute(0, again).status, TxStatus::failed);
        EXPECT_EQ(state, before);
    }
}

TEST(Mint, UnderpaidShareIsRealised) {
    const auto workload = make_workload("mint:minters=1000,block-size=20k,underpaid-share=0.2");
    const auto block = block_of(*workload, 1);
    const auto underpaid = std::ranges::count_if(mints_of(*block), &Mint::underpaid);
    EXPECT_NEAR(static_cast<double>(underpaid), 4000, 5 * 56.6);
    EXPECT_NEAR(std::stod(Facts(*workload).values.at("underpaid_share_realised")), 0.2, 0.01);
}

TEST(Mint, BlocksEndWhereNumbersDo) {
    const auto workload = make_workload("mint:minters=10,block-size=2");
    EXPECT_TRUE(workload->block(workload->block_limit()).ok());
    EXPECT_FALSE(workload->block(workload->block_limit() + 1).ok());
    EXPECT_EQ(delta_number(workload->block_limit(), 0) >> 20, workload->block_limit());
}

}  // namespace
}  // namespace commitbench::mint
