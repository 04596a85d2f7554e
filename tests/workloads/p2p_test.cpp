// SPDX-License-Identifier: Apache-2.0
#include "workloads/p2p/p2p.hpp"

#include "tests/workloads/interpreter.hpp"
#include "workloads/work_units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::p2p {
namespace {

using commitbench::testing::block_of;
using commitbench::testing::Facts;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::make_workload;
using commitbench::testing::State;

constexpr std::uint64_t kSeed = 5;

std::unique_ptr<Workload> make(const Shape& shape, std::string_view options) {
    return make_workload(fmt::format("p2p:shape={},{}", shape.name, options), kSeed);
}

const P2pBlock& p2p_block(const Block& block) {
    return dynamic_cast<const P2pBlock&>(block);
}

/// Sum of the numbers of one record over all accounts.
std::uint64_t sum(const State& state, const Workload& workload, Record record) {
    std::uint64_t total = 0;
    for (std::uint64_t owner = 0; owner < workload.state_size(); ++owner) {
        const auto found = state.find(location(kSeed, record, owner));
        total += found == state.end() ? 0 : read_value(found->second.data()).number;
    }
    return total;
}

class P2p : public ::testing::TestWithParam<const Shape*> {};

INSTANTIATE_TEST_SUITE_P(Shapes, P2p, ::testing::Values(&kDiem, &kAptos), [](const auto& shape) {
    return std::string(shape.param->name);
});

TEST_P(P2p, BalancesAndCountersAddUpAfterEveryBlock) {
    const Shape& shape = *GetParam();
    const auto has = [&shape](Record record) {
        return std::ranges::find(shape.records, record) != shape.records.end();
    };
    for (const std::string_view options :
         {"accounts=2,block-size=100,balance=50,amount-max=60",
          "accounts=10,block-size=200,balance=1000,amount-max=800,overdraft-share=0",
          "accounts=300,block-size=300,keys=zipf,theta=1.2,overdraft-share=0.2",
          "accounts=100,block-size=300,keys=hotspot,hot-share=0.9,hot-set=0.02,balance=0"}) {
        SCOPED_TRACE(options);
        const auto workload = make(shape, options);
        State state = first_state(*workload);
        const State before = state;
        const std::uint64_t coins = sum(state, *workload, Record::balance);
        std::uint64_t transactions = 0;
        std::uint64_t failed = 0;
        for (std::uint64_t number = 1; number <= 8; ++number) {
            for (const Receipt& receipt :
                 commitbench::testing::run(*block_of(*workload, number), state)) {
                ASSERT_NE(receipt.status, TxStatus::stopped);
                ++transactions;
                failed += receipt.status == TxStatus::failed ? 1U : 0U;
            }
            ASSERT_EQ(sum(state, *workload, Record::balance), coins);
            ASSERT_EQ(sum(state, *workload, Record::account), transactions);
            ASSERT_EQ(sum(state, *workload, Record::received), transactions - failed);
            if (has(Record::sent)) {
                ASSERT_EQ(sum(state, *workload, Record::sent), transactions - failed);
            }
        }
        EXPECT_EQ(state.size(), workload->state_size());
        for (const Record record : {Record::config, Record::frozen, Record::role}) {
            for (std::uint64_t owner = 0; owner < 20; ++owner) {
                const StateKey key = location(kSeed, record, owner);
                ASSERT_EQ(state.contains(key), before.contains(key));
                if (state.contains(key)) {
                    ASSERT_EQ(state.at(key), before.at(key)) << "nobody writes it";
                }
            }
        }
    }
}

TEST_P(P2p, ReadsAndWritesAreThePapers) {
    const Shape& shape = *GetParam();
    const bool diem = &shape == &kDiem;
    const auto workload = make(shape, "accounts=50,block-size=300,balance=100,amount-max=60");
    State state = first_state(*workload);
    const auto block = block_of(*workload, 1);
    std::uint64_t failed = 0;
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        const State before = state;
        Interpreter access(state);
        const Receipt receipt = block->execute(i, access);
        ASSERT_EQ(access.erasures, 0U);
        ASSERT_EQ(access.read_keys.size(), access.reads) << "no location is read twice";
        std::uint64_t changed = 0;
        for (const auto& [key, value] : state) {
            changed += before.at(key) != value ? 1U : 0U;
        }
        ASSERT_EQ(changed, access.writes);
        if (receipt.status == TxStatus::ok) {
            ASSERT_EQ(access.reads, diem ? 21U : 8U);
            ASSERT_EQ(access.writes, diem ? 4U : 5U);
        } else {
            ++failed;
            ASSERT_EQ(access.reads, shape.configs + shape.sender.size());
            ASSERT_EQ(access.writes, 1U) << "the sequence number";
        }
    }
    EXPECT_GT(failed, 10U);
    EXPECT_LT(failed, 290U);
}

/// The rules of p2p.hpp once more, on plain numbers.
TEST_P(P2p, NumbersFollowTheRules) {
    const Shape& shape = *GetParam();
    const auto workload =
        make(shape, "accounts=30,block-size=400,balance=300,amount-min=10,amount-max=200");
    State state = first_state(*workload);
    std::map<StateKey, std::uint64_t> model;
    for (const auto& [key, value] : state) {
        model[key] = read_value(value.data()).number;
    }
    for (std::uint64_t number = 1; number <= 4; ++number) {
        const auto block = block_of(*workload, number);
        for (std::uint32_t i = 0; i < block->size(); ++i) {
            const auto keys = p2p_block(*block).keys(i);
            const std::uint64_t amount = p2p_block(*block).amount(i);
            ASSERT_EQ(std::set(keys.begin(), keys.end()).size(), keys.size());
            bool covered = false;
            for (std::size_t at = 0; at < shape.sender.size(); ++at) {
                covered = covered || (shape.sender[at].record == Record::balance &&
                                      model.at(keys[at]) >= amount);
            }
            for (std::size_t at = 0; at < keys.size(); ++at) {
                const bool sends = at < shape.sender.size();
                const Access access =
                    sends ? shape.sender[at] : shape.receiver[at - shape.sender.size()];
                if (access.record == Record::account && sends) {
                    ++model.at(keys[at]);
                } else if (access.record == Record::balance && covered) {
                    model.at(keys[at]) += sends ? 0 - amount : amount;
                } else if (access.writes && covered) {
                    ++model.at(keys[at]);
                }
            }
            Interpreter interpreter(state);
            ASSERT_EQ(block->execute(i, interpreter).status,
                      covered ? TxStatus::ok : TxStatus::failed);
        }
        for (const auto& [key, value] : model) {
            ASSERT_EQ(read_value(state.at(key).data()).number, value);
        }
    }
}

TEST_P(P2p, MalformedLocationsFailWithoutWriting) {
    const Shape& shape = *GetParam();
    const auto workload = make(shape, "accounts=300,block-size=60,overdraft-share=0");
    const State before = first_state(*workload);
    const auto block = block_of(*workload, 1);
    State probed = before;
    Interpreter probe(probed);
    ASSERT_EQ(block->execute(0, probe).status, TxStatus::ok);
    std::set<std::uint64_t> digests;
    for (const StateKey& key : probe.read_keys) {
        for (const int size : {-1, 0, 8, 15, 17, 5000}) {
            State state = before;
            if (size < 0) {
                state.erase(key);
            } else {
                state[key] = Bytes(static_cast<std::size_t>(size), 1);
            }
            const State broken = state;
            Interpreter access(state);
            const Receipt receipt = block->execute(0, access);
            EXPECT_EQ(receipt.status, TxStatus::failed) << size;
            EXPECT_TRUE(digests.insert(receipt.digest).second)
                << "the receipt must tell what was read";
            EXPECT_EQ(state, broken);
        }
    }
}

TEST_P(P2p, FactsTellShapeAndSkew) {
    const auto workload = make(*GetParam(), "accounts=1000,block-size=1k,overdraft-share=0.1");
    const Facts facts(*workload);
    EXPECT_THAT(facts.values.at("shape"), ::testing::StartsWith(std::string(GetParam()->name)));
    EXPECT_NEAR(std::stod(facts.values.at("overdraft_share_realised")), 0.1, 0.01);
    EXPECT_NEAR(std::stod(facts.values.at("top_percent_share_realised")), 0.01, 0.002);
    EXPECT_TRUE(facts.values.contains("work_unit_ns"));
    EXPECT_TRUE(facts.values.contains("fee"));
    EXPECT_FALSE(workload->block(0).ok());
    EXPECT_EQ(workload->block_limit(), UINT64_MAX);
}

TEST_P(P2p, RefusesOptionsThatDoNotGoTogether) {
    const auto refused = [](std::string_view text) {
        const auto choice = choose("workload", workload_registry(), text);
        return !choice.ok() || !choice->component->create(choice->options, 1).ok();
    };
    EXPECT_TRUE(refused("p2p:amount-min=10,amount-max=9"));
    EXPECT_TRUE(refused("p2p:accounts=1G,balance=10G"));
    EXPECT_TRUE(refused("p2p:accounts=1"));
    EXPECT_TRUE(refused("p2p:shape=sui"));
    EXPECT_FALSE(refused("p2p:accounts=2"));
}

}  // namespace
}  // namespace commitbench::p2p
