// SPDX-License-Identifier: Apache-2.0
// `kv`: which operations the transactions of a block get, and on which items.
#include "tests/workloads/kv_blocks.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::kv {
namespace {

using commitbench::testing::block_of;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::State;

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

}  // namespace
}  // namespace commitbench::kv
