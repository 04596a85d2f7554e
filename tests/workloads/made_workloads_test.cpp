// SPDX-License-Identifier: Apache-2.0
// What workloads that make their own blocks owe beyond what every_workload_test.cpp asks of all.
#include "tests/workloads/made_workload.hpp"
#include "workloads/work_units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench {
namespace {

using testing::block_of;
using testing::Facts;
using testing::first_state;
using testing::Interpreter;
using testing::make_workload;
using testing::MixedState;
using testing::State;

/// Small ones, in which transactions meet and fail.
struct Case {
    const char* spec;
    std::uint64_t pinned;  ///< see BytesArePinned
};

void PrintTo(const Case& made, std::ostream* out) {
    *out << made.spec;
}

class MadeWorkload : public ::testing::TestWithParam<Case> {
  protected:
    [[nodiscard]] static std::string spec(std::string_view more = {}) {
        return std::string(GetParam().spec).append(more);
    }
};

/// The state after `count` blocks, and what came before it in between.
State state_after(const Workload& workload, std::uint64_t count) {
    State state = first_state(workload);
    for (std::uint64_t number = 1; number <= count; ++number) {
        testing::run(*block_of(workload, number), state);
    }
    return state;
}

Receipt execute(const Block& block, std::uint32_t index, State& state) {
    Interpreter access(state);
    return block.execute(index, access);
}

TEST_P(MadeWorkload, SomeFailAndMostDoNot) {
    const auto workload = make_workload(spec());
    State state = first_state(*workload);
    std::uint64_t failed = 0;
    std::uint64_t all = 0;
    for (std::uint64_t number = 1; number <= 10; ++number) {
        for (const Receipt& receipt : testing::run(*block_of(*workload, number), state)) {
            ASSERT_NE(receipt.status, TxStatus::stopped);
            failed += receipt.status == TxStatus::failed ? 1U : 0U;
            ++all;
        }
    }
    EXPECT_GT(failed, all / 100);
    EXPECT_LT(failed, all / 2);
}

// Flips bytes of every value that a transaction reads, one at a time: the receipt must tell, and so
// must each value that it writes, save for counters, which are nothing but their number. (What is
// added to is not read.)
TEST_P(MadeWorkload, EveryByteReadReachesReceiptAndWrites) {
    const auto workload = make_workload(spec(",work=1"));
    State state = state_after(*workload, 2);
    const auto block = block_of(*workload, 3);
    std::uint64_t flips = 0;
    std::uint64_t writes = 0;
    for (std::uint32_t index = 0; index < block->size(); ++index) {
        const State before = state;
        Interpreter access(state);
        const Receipt receipt = block->execute(index, access);
        for (const StateKey& key : access.read_keys) {
            if (!before.contains(key) || access.added_keys.contains(key)) {
                continue;
            }
            for (std::size_t byte = index % 3; byte < before.at(key).size(); byte += 3) {
                SCOPED_TRACE(::testing::Message() << "transaction " << index << ", byte " << byte);
                State other = before;
                other.at(key)[byte] ^= 1;
                const State flipped = other;
                const Receipt told = execute(*block, index, other);
                ++flips;
                ASSERT_NE(told.digest, receipt.digest);
                if (told.status != receipt.status) {
                    continue;
                }
                for (const auto& [written, value] : other) {
                    const auto old = flipped.find(written);
                    const auto right = state.find(written);
                    if ((old != flipped.end() && old->second == value) || right == state.end() ||
                        value.size() == kCounterBytes) {
                        continue;
                    }
                    ++writes;
                    ASSERT_NE(value, right->second);
                }
            }
        }
    }
    EXPECT_GT(flips, 500U);
    EXPECT_GT(writes, 500U);
}

TEST_P(MadeWorkload, WorkGoesIntoTheReceipt) {
    const auto idle = make_workload(spec());
    const auto busy = make_workload(spec(",work=1"));
    State idle_state = first_state(*idle);
    State busy_state = first_state(*busy);
    EXPECT_EQ(idle_state, busy_state);
    const auto idle_receipts = testing::run(*block_of(*idle, 1), idle_state);
    const auto busy_receipts = testing::run(*block_of(*busy, 1), busy_state);
    EXPECT_EQ(busy_receipts[0].digest, work(1, idle_receipts[0].digest));
    EXPECT_NE(idle_state, busy_state);
}

// A value of a wrong length is no value of a right state.
TEST_P(MadeWorkload, ShortAndLongValuesFailWithoutWriting) {
    const auto workload = make_workload(spec());
    const State before = state_after(*workload, 2);
    const auto block = block_of(*workload, 3);
    for (std::uint32_t index = 0; index < block->size(); ++index) {
        State whole = before;
        Interpreter access(whole);
        (void)block->execute(index, access);
        for (const StateKey& key : access.read_keys) {
            if (access.added_keys.contains(key)) {
                continue;
            }
            for (const std::size_t size : {0U, 1U, 7U, 31U, 33U, 100U, 5000U}) {
                State broken = before;
                broken[key] = Bytes(size, 1);
                const State shown = broken;
                Interpreter breaking(broken);
                const Receipt receipt = block->execute(index, breaking);
                ASSERT_EQ(receipt.status, TxStatus::failed) << "transaction " << index;
                ASSERT_EQ(broken, shown);
            }
        }
    }
}

// An executor that runs ahead may show a transaction a mixture of the states before and after
// others, which no order of them could give.
TEST_P(MadeWorkload, EndsOnWhateverMixtureOfStates) {
    constexpr std::uint64_t kMostReads = 64;
    const auto workload = make_workload(spec());
    std::vector<State> states{State{}, first_state(*workload)};
    for (const std::uint64_t count : {1U, 2U, 3U, 5U, 8U}) {
        states.push_back(state_after(*workload, count));
    }
    // Right lengths with wrong bytes in them.
    State noise = states.back();
    RandomStream random(7, Domain::transfer, 0, 0);
    for (auto& [key, value] : noise) {
        for (std::uint8_t& byte : value) {
            byte = static_cast<std::uint8_t>(random.next() >> random.below(56));
        }
    }
    states.push_back(std::move(noise));
    for (std::uint64_t number = 1; number <= 12; ++number) {
        const auto block = block_of(*workload, number);
        for (std::uint32_t index = 0; index < block->size(); ++index) {
            for (std::uint64_t seed = 1; seed <= 20; ++seed) {
                SCOPED_TRACE(::testing::Message() << "block " << number << ", transaction " << index
                                                  << ", seed " << seed);
                MixedState once(states, seed * 1'000'003);
                const Receipt receipt = block->execute(index, once);
                ASSERT_NE(receipt.status, TxStatus::stopped);
                ASSERT_LE(once.reads, kMostReads);
                MixedState again(states, seed * 1'000'003);
                ASSERT_EQ(block->execute(index, again), receipt);
            }
        }
    }
}

TEST_P(MadeWorkload, FactsTellSkewWorkAndFee) {
    const Facts facts(*make_workload(spec(",keys=zipf,theta=1,fee=delta")));
    for (const char* name : {"distribution", "top_percent_share_realised", "gini_realised",
                             "gini_of_law", "work_unit_ns", "fee"}) {
        EXPECT_TRUE(facts.values.contains(name)) << name;
    }
    EXPECT_NEAR(std::stod(facts.values.at("gini_realised")),
                std::stod(facts.values.at("gini_of_law")), 0.1);
}

// The bytes of each workload, so that a change of the generator, the laws or the rules cannot go
// unseen: it would void every stored result. The values were recorded from this program.
TEST_P(MadeWorkload, BytesArePinned) {
    const auto workload = make_workload(spec(",keys=zipf,theta=0.99,work=1"), 42);
    State state = first_state(*workload);
    std::uint64_t digest = 0;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        digest =
            mixed(digest ^ testing::digest_of(testing::run(*block_of(*workload, number), state)));
    }
    for (const auto& [key, value] : state) {
        digest = folded(digest ^ key.prefix(), {ReadState::present, value});
    }
    EXPECT_EQ(digest, GetParam().pinned);
}

INSTANTIATE_TEST_SUITE_P(
    Workloads,
    MadeWorkload,
    ::testing::Values(
        Case{"transfer:accounts=40,block-size=100,overdraft-share=0.1", 2791693453344965027ULL},
        Case{"p2p:shape=aptos,accounts=40,block-size=100,overdraft-share=0.1",
             14111613718435287133ULL},
        Case{"token:accounts=30,tokens=2,block-size=100,balance=3k,allowance=1k,overdraft-share=0."
             "05",
             7424014561885072886ULL},
        Case{"token:accounts=10,spenders=1,block-size=100,approve-share=0.4,allowance=0",
             5164487033322063352ULL},
        Case{"swap:users=20,pools=6,route-max=4,block-size=100,reserve=20M",
             2559468018027110998ULL},
        Case{"orderbook:users=20,markets=2,prices=16,block-size=100,cancel-window=100",
             1019605379224256229ULL},
        Case{"orderbook:users=12,markets=1,prices=256,block-size=100,matches=16,overlap=100,amount-"
             "max=900",
             5581307947012054328ULL},
        Case{"mint:minters=20,block-size=100,underpaid-share=0.1", 6362340590481504616ULL},
        Case{"mint:minters=20,block-size=100,counter=delta,allowed=40", 9630363617465867436ULL}));

}  // namespace
}  // namespace commitbench
