// SPDX-License-Identifier: Apache-2.0
#include "workloads/kv/kv.hpp"

#include "tests/workloads/interpreter.hpp"
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
using commitbench::testing::make_workload;
using commitbench::testing::State;

std::unique_ptr<Workload> make(std::string_view options, std::uint64_t seed = 1) {
    return make_workload(fmt::format("kv:{}", options), seed);
}

const KvBlock& kv_block(const Block& block) {
    return dynamic_cast<const KvBlock&>(block);
}

using Counts = std::map<Kind, std::uint64_t>;

Counts kinds_of(const Block& block) {
    Counts counts;
    for (std::uint32_t i = 0; i < block.size(); ++i) {
        for (const Operation& step : kv_block(block).operations(i)) {
            ++counts[step.kind];
        }
    }
    return counts;
}

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

TEST(Kv, SharesAreExactInEveryBlock) {
    const auto custom =
        make("block-size=200,reads=3,rmw=2,writes=1,fresh-share=0.1,delete-share=0.25");
    const auto whole = make("block-size=7,reads=0,rmw=1,fresh-share=0.5,delete-share=0.5");
    for (std::uint64_t number = 1; number <= 5; ++number) {
        Counts counts = kinds_of(*block_of(*custom, number));
        EXPECT_EQ(counts[Kind::read], 600U);
        EXPECT_EQ(counts[Kind::insert], 60U);
        EXPECT_EQ(counts[Kind::erase], 150U);
        EXPECT_EQ(counts[Kind::rmw] + counts[Kind::write], 390U);
        // Expected 260, standard deviation below 8.
        EXPECT_NEAR(static_cast<double>(counts[Kind::rmw]), 260, 40);
        counts = kinds_of(*block_of(*whole, number));
        EXPECT_EQ(counts[Kind::insert], 4U);
        EXPECT_EQ(counts[Kind::erase], 3U);
    }
    const std::map<std::string, Counts> presets{
        {"a", {{Kind::read, 500}, {Kind::write, 500}}},
        {"b", {{Kind::read, 950}, {Kind::write, 50}}},
        {"c", {{Kind::read, 1000}}},
        {"d", {{Kind::read, 950}, {Kind::insert, 50}}},
        {"f", {{Kind::read, 500}, {Kind::rmw, 500}}},
    };
    for (const auto& [mix, counts] : presets) {
        const auto workload = make(fmt::format("block-size=250,operations=4,mix={}", mix));
        EXPECT_EQ(kinds_of(*block_of(*workload, 3)), counts) << mix;
    }
    const auto scans = make("block-size=250,operations=4,mix=e,scan-length=1");
    EXPECT_EQ(kinds_of(*block_of(*scans, 3)), (Counts{{Kind::read, 950}, {Kind::insert, 50}}));
}

TEST(Kv, PlacesAreDealtAnewInEveryBlock) {
    const auto workload = make("block-size=100,operations=1,mix=a");
    const auto writers = [&workload](std::uint64_t number) {
        std::vector<std::uint32_t> found;
        const auto block = block_of(*workload, number);
        for (std::uint32_t i = 0; i < block->size(); ++i) {
            if (kv_block(*block).operations(i)[0].kind == Kind::write) {
                found.push_back(i);
            }
        }
        return found;
    };
    EXPECT_EQ(writers(1), writers(1));
    EXPECT_NE(writers(1), writers(2));
    // Of 50 writers about 25 stand in the first half, standard deviation 2.5.
    const auto first = writers(1);
    EXPECT_NEAR(static_cast<double>(std::ranges::lower_bound(first, 50U) - first.begin()), 25, 13);
}

TEST(Kv, ScansReadConsecutiveItems) {
    constexpr std::uint64_t kItems = 30;
    const auto workload = make("items=30,block-size=200,operations=1,mix=e,scan-length=12");
    const auto& kv = dynamic_cast<const KvWorkload&>(*workload);
    std::map<StateKey, std::uint64_t> item_of;
    for (std::uint64_t item = 0; item < kItems + 100; ++item) {
        item_of[kv.key(item)] = item;
    }
    const auto block = block_of(*workload, 1);
    std::map<std::size_t, int> lengths;
    std::uint64_t items = kItems;
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        const auto steps = kv_block(*block).operations(i);
        if (steps[0].kind == Kind::insert) {
            ASSERT_EQ(item_of.at(steps[0].key), items++);
            continue;
        }
        ++lengths[steps.size()];
        const std::uint64_t start = item_of.at(steps[0].key);
        ASSERT_LT(start, kItems) << "scans start at items of the first state";
        for (std::size_t at = 0; at < steps.size(); ++at) {
            ASSERT_EQ(item_of.at(steps[at].key), (start + at) % items);
        }
    }
    EXPECT_EQ(items, kItems + 10);
    EXPECT_EQ(lengths.begin()->first, 1U);
    EXPECT_EQ(lengths.rbegin()->first, 12U);
    EXPECT_EQ(lengths.size(), 12U);
}

TEST(Kv, InsertsAreNewAndLatestReadsWhatIsThere) {
    const auto workload = make("items=50,block-size=100,operations=4,mix=d");
    State state = first_state(*workload);
    std::set<StateKey> inserted;
    std::uint64_t reads = 0;
    std::uint64_t recent = 0;  // of those, of items that were inserted
    for (std::uint64_t number = 1; number <= 6; ++number) {
        const auto block = block_of(*workload, number);
        for (std::uint32_t i = 0; i < block->size(); ++i) {
            for (const Operation& step : kv_block(*block).operations(i)) {
                ASSERT_EQ(state.contains(step.key), step.kind == Kind::read)
                    << "read where it was inserted before this transaction, inserted once";
                if (step.kind == Kind::insert) {
                    ASSERT_TRUE(inserted.insert(step.key).second);
                } else {
                    ++reads;
                    recent += inserted.contains(step.key) ? 1U : 0U;
                }
            }
            Interpreter access(state);
            ASSERT_EQ(block->execute(i, access).status, TxStatus::ok);
        }
    }
    EXPECT_EQ(state.size(), 50 + 6 * 20U);
    // By the law of latest: with n items of which m are new, H_m / H_n of the reads hit a new one:
    // 0.74 after the first block, 0.94 after the last, and less within the first.
    EXPECT_GT(static_cast<double>(recent) / static_cast<double>(reads), 0.65);
    EXPECT_LT(static_cast<double>(recent) / static_cast<double>(reads), 0.94);
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
