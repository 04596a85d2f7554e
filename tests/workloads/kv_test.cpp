// SPDX-License-Identifier: Apache-2.0
#include "tests/workloads/kv_blocks.hpp"
#include "workloads/fold.hpp"
#include "workloads/work_units.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::kv {
namespace {

using commitbench::testing::block_of;
using commitbench::testing::Facts;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::State;

bool writes_value(Kind kind) {
    return kind == Kind::rmw || kind == Kind::write || kind == Kind::insert;
}

/// Which items are there, and how long they are, follows from the operations and from who failed.
TEST(Kv, ItemsAreThereAsTheOperationsSay) {
    for (const std::string_view options :
         {"items=40,block-size=100,reads=1,rmw=2,writes=1,fresh-share=0.2,delete-share=0.3,"
          "fail-share=0.2,value-size=8,value-size-max=50",
          "items=300,block-size=150,mix=a", "items=300,block-size=150,mix=b",
          "items=300,block-size=150,mix=c", "items=300,block-size=150,mix=d,fail-share=0.5",
          "items=300,block-size=150,mix=e,scan-length=7", "items=300,block-size=150,mix=f",
          "items=1,block-size=50,mix=d,operations=20,value-size=4000,value-size-max=5000",
          "items=20,block-size=60,keys=latest,fresh-share=0.5,delete-share=0.5",
          "items=5,block-size=40,reads=0,rmw=0,writes=0"}) {
        SCOPED_TRACE(options);
        const auto workload = make(options);
        State state = first_state(*workload);
        std::map<StateKey, std::size_t> sizes;
        for (const auto& [key, value] : state) {
            sizes[key] = value.size();
        }
        for (std::uint64_t number = 1; number <= 5; ++number) {
            const auto block = block_of(*workload, number);
            for (std::uint32_t i = 0; i < block->size(); ++i) {
                const auto steps = kv_block(*block).operations(i);
                Interpreter access(state);
                const Receipt receipt = block->execute(i, access);
                ASSERT_NE(receipt.status, TxStatus::stopped);
                const bool ok = receipt.status == TxStatus::ok;
                std::uint64_t reads = 0;
                std::uint64_t writes = 0;
                std::uint64_t erasures = 0;
                for (const Operation& step : steps) {
                    ASSERT_NE(step.kind, Kind::scan);
                    ASSERT_EQ(step.size != 0, writes_value(step.kind));
                    reads += step.kind == Kind::read || step.kind == Kind::rmw ? 1U : 0U;
                    if (ok && writes_value(step.kind)) {
                        ++writes;
                        sizes[step.key] = step.size;
                    } else if (ok && step.kind == Kind::erase) {
                        ++erasures;
                        sizes.erase(step.key);
                    }
                }
                ASSERT_EQ(access.reads, reads);
                ASSERT_EQ(access.writes, writes);
                ASSERT_EQ(access.erasures, erasures);
            }
            ASSERT_EQ(state.size(), sizes.size());
            for (const auto& [key, size] : sizes) {
                ASSERT_TRUE(state.contains(key));
                ASSERT_EQ(state.at(key).size(), size);
            }
        }
    }
}

TEST(Kv, CustomTransactionsDoWhatIsAsked) {
    const auto workload = make("items=100,block-size=200,reads=3,rmw=2,writes=1");
    const auto block = block_of(*workload, 2);
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        const auto steps = kv_block(*block).operations(i);
        ASSERT_EQ(steps.size(), 6U);
        for (std::size_t at = 0; at < steps.size(); ++at) {
            ASSERT_EQ(steps[at].kind, at < 3 ? Kind::read : at < 5 ? Kind::rmw : Kind::write);
        }
    }
}

TEST(Kv, FailedTransactionsAreTheShareAndWriteNothing) {
    const auto failures = [](std::string_view options) {
        const auto workload = make(options);
        State state = first_state(*workload);
        const auto block = block_of(*workload, 1);
        std::uint64_t failed = 0;
        for (std::uint32_t i = 0; i < block->size(); ++i) {
            Interpreter access(state);
            if (block->execute(i, access).status == TxStatus::failed) {
                ++failed;
                EXPECT_EQ(access.writes + access.erasures, 0U);
            }
        }
        return failed;
    };
    EXPECT_EQ(failures("items=500,block-size=2k"), 0U);
    EXPECT_EQ(failures("items=500,block-size=2k,fail-share=1"), 2000U);
    // 400 expected, standard deviation 18.
    EXPECT_NEAR(static_cast<double>(failures("items=500,block-size=2k,fail-share=0.2")), 400, 90);
}

TEST(Kv, WhetherATransactionFailsDependsOnWhatItReads) {
    const auto workload = make("items=500,block-size=300,fail-share=0.5");
    const State first = first_state(*workload);
    const auto block = block_of(*workload, 1);
    int turned = 0;
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        State state = first;
        State altered = first;
        altered.at(kv_block(*block).operations(i)[0].key)[3] ^= 1;
        Interpreter access(state);
        Interpreter other(altered);
        turned += block->execute(i, access).status != block->execute(i, other).status ? 1 : 0;
    }
    EXPECT_NEAR(turned, 150, 45);  // standard deviation 8.7
}

TEST(Kv, EveryWriteDependsOnEveryRead) {
    const auto workload = make(
        "items=200,block-size=20,reads=3,rmw=2,writes=2,fresh-share=0.2,value-size=8,"
        "value-size-max=30");
    const State first = first_state(*workload);
    const auto block = block_of(*workload, 1);
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        State right = first;
        Interpreter access(right);
        (void)block->execute(i, access);
        for (const StateKey& key : access.read_keys) {
            State altered = first;
            altered.at(key).back() ^= 0x80;
            Interpreter other(altered);
            (void)block->execute(i, other);
            for (const Operation& step : kv_block(*block).operations(i)) {
                if (writes_value(step.kind)) {
                    ASSERT_NE(altered.at(step.key), right.at(step.key));
                }
            }
        }
    }
}

TEST(Kv, ValuesHaveAllSizesAndNoPattern) {
    const auto workload = make("items=4k,value-size=8,value-size-max=15");
    std::map<std::size_t, int> sizes;
    std::array<std::uint64_t, 256> bytes{};
    Bytes value;
    std::uint64_t total = 0;
    for (std::uint64_t i = 0; i < workload->state_size(); ++i) {
        workload->value(i, value);
        ++sizes[value.size()];
        for (const std::uint8_t byte : value) {
            ++bytes[byte];
            ++total;
        }
    }
    ASSERT_EQ(sizes.size(), 8U);
    for (const auto& [size, count] : sizes) {
        EXPECT_NEAR(count, 500, 5 * 21) << size;  // standard deviation 20.9
    }
    EXPECT_EQ(sizes.begin()->first, 8U);
    const double each = static_cast<double>(total) / 256;
    for (const std::uint64_t count : bytes) {
        EXPECT_NEAR(static_cast<double>(count), each, 6 * std::sqrt(each));
    }
}

TEST(Kv, TheLargestValuesAreWrittenWhole) {
    const auto workload = make("items=6,block-size=10,value-size=65536");
    State state = first_state(*workload);
    (void)commitbench::testing::run(*block_of(*workload, 1), state);
    std::set<Bytes> values;
    for (const auto& [key, value] : state) {
        EXPECT_EQ(value.size(), 65'536U);
        EXPECT_TRUE(values.insert(value).second);
        EXPECT_FALSE(std::ranges::equal(std::span(value).first(8), std::span(value).last(8)));
    }
}

TEST(Kv, WorkGoesIntoWhatIsWritten) {
    const auto idle = make("items=300,block-size=60");
    const auto busy = make("items=300,block-size=60,work=1");
    State idle_state = first_state(*idle);
    State busy_state = first_state(*busy);
    EXPECT_EQ(idle_state, busy_state);
    const auto idle_receipts = commitbench::testing::run(*block_of(*idle, 1), idle_state);
    const auto busy_receipts = commitbench::testing::run(*block_of(*busy, 1), busy_state);
    EXPECT_EQ(busy_receipts[0].digest, work(1, idle_receipts[0].digest));
    EXPECT_NE(idle_state, busy_state);
}

TEST(Kv, FactsTellSkewAndOperations) {
    const auto law = [](std::string_view options) {
        return Facts(*make(options)).values.at("distribution");
    };
    EXPECT_THAT(law("items=1k"), ::testing::StartsWith("uniform over 1000 items"));
    EXPECT_THAT(law("items=1k,mix=a"), ::testing::StartsWith("zipf over 1000 items"));
    EXPECT_THAT(law("items=1k,mix=d"), ::testing::StartsWith("latest over 1000 items"));
    EXPECT_THAT(law("items=1k,mix=d,keys=uniform"), ::testing::StartsWith("uniform"));
    const Facts facts(*make("items=1k,block-size=1k,mix=b,theta=1,fail-share=0.25"));
    EXPECT_EQ(facts.values.at("operations_realised"),
              "3.8000 reads, 0.0000 read-modify-writes, 0.2000 writes, 0.0000 inserts, 0.0000 "
              "erasures a transaction");
    // H_10 / H_1000 = 2.92897 / 7.48547.
    EXPECT_NEAR(std::stod(facts.values.at("top_percent_share_realised")), 0.3913, 0.01);
    EXPECT_NEAR(std::stod(facts.values.at("top_percent_share_of_law")), 0.3913, 1e-4);
    EXPECT_EQ(facts.values.at("fail_share_of_law"), "0.25");
    const Facts none(*make("items=1k,reads=0,rmw=0"));
    EXPECT_EQ(none.values.at("top_percent_share_realised"), "0.0000");
}

// The bytes of some mixes, so that a change of the generator, the laws or the rules cannot go
// unseen: it would void every stored result. The values were recorded from this program.
TEST(Kv, BytesArePinned) {
    const std::pair<std::string_view, std::uint64_t> cases[] = {
        {"items=200,block-size=100,fresh-share=0.1,delete-share=0.1,fail-share=0.1,work=1",
         3308569474022250201ULL},
        {"items=200,block-size=100,mix=d", 5969306787159183047ULL},
        {"items=200,block-size=100,mix=e,value-size-max=5000", 15217318322282443880ULL},
    };
    for (const auto& [options, pinned] : cases) {
        const auto workload = make(options, 42);
        State state = first_state(*workload);
        std::uint64_t digest = 0;
        for (std::uint64_t number = 1; number <= 3; ++number) {
            for (const Receipt& receipt :
                 commitbench::testing::run(*block_of(*workload, number), state)) {
                digest = digest * 31 + receipt.digest;
            }
        }
        for (const auto& [key, value] : state) {
            digest = folded(digest ^ key.prefix(), {ReadState::present, value});
        }
        EXPECT_EQ(digest, pinned) << options;
    }
}

TEST(Kv, RefusesOptionsThatDoNotGoTogether) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"kv:value-size=100,value-size-max=99", "value-size-max=99 is below value-size=100"},
        {"kv:fresh-share=0.6,delete-share=0.5", "more than all writes together"},
        {"kv:block-size=1M,reads=100", "a block of up to 102000000 operations"},
        {"kv:block-size=1M,mix=e,scan-length=10k", "does not fit into memory"},
    };
    for (const auto& [text, reason] : cases) {
        const auto choice = choose("workload", workload_registry(), text);
        ASSERT_TRUE(choice.ok()) << text;
        const auto workload = choice->component->create(choice->options, 1);
        ASSERT_FALSE(workload.ok()) << text;
        EXPECT_EQ(workload.error().code, ErrorCode::bad_input);
        EXPECT_THAT(workload.error().message, ::testing::HasSubstr(reason));
    }
    for (const std::string_view text :
         {"kv:items=0", "kv:mix=g", "kv:value-size=7", "kv:value-size-max=65537", "kv:rmw=1001",
          "kv:fail-share=1.1", "kv:scan-length=0", "kv:keys=newest"}) {
        EXPECT_FALSE(choose("workload", workload_registry(), text).ok()) << text;
    }
    EXPECT_FALSE(make("")->block(0).ok());
}

}  // namespace
}  // namespace commitbench::kv
