// SPDX-License-Identifier: Apache-2.0
// FirstStateIndex against a std::map of the same keys, and MemoryState over it.
#include "harness/run/first_state_index.hpp"
#include "harness/run/memory_state.hpp"
#include "tests/run/list_workload.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

/// Some keys of every kind that an index could get wrong: spread, equal in 8 bytes, the ends.
std::vector<StateKey> keys_of_every_kind(std::uint64_t count) {
    std::vector<StateKey> keys = uniform_keys(count);
    for (std::size_t i = 0; i < count / 3; ++i) {
        std::fill_n(keys[i].bytes.begin(), 8, static_cast<std::uint8_t>(i % 3 * 0x7f));
    }
    if (count > 3) {
        keys[count - 1] = StateKey{};
        keys[count - 2].bytes.fill(0xff);
    }
    return keys;
}

std::unique_ptr<FirstStateIndex> index_of(const ListWorkload& workload) {
    auto index = FirstStateIndex::make(workload, silent_progress(), nullptr);
    EXPECT_TRUE(index.ok());
    return std::move(*index);
}

TEST(FirstStateIndex, RanksAreThoseOfASortedMap) {
    for (const std::uint64_t count : {0U, 1U, 2U, 7U, 8U, 9U, 100U, 5000U}) {
        const std::vector<StateKey> keys = keys_of_every_kind(count);
        std::map<StateKey, Bytes> expected;
        for (std::uint64_t i = 0; i < count; ++i) {
            expected[keys[i]] = ScriptBlock::value_of(i);
        }
        const ListWorkload workload(keys);
        const auto index = index_of(workload);
        ASSERT_EQ(index->size(), expected.size());
        std::uint64_t rank = 0;
        std::uint64_t smaller_prefixes = 0;
        std::uint64_t prefix = 0;
        Bytes value;
        for (const auto& [key, wanted] : expected) {
            if (rank == 0 || key.prefix() != prefix) {
                smaller_prefixes = rank;
                prefix = key.prefix();
            }
            EXPECT_EQ(index->key(rank), key);
            index->value(rank, value);
            EXPECT_EQ(value, wanted);
            EXPECT_EQ(index->keys_below(key.prefix()), smaller_prefixes);
            EXPECT_EQ(index->find(key), rank);
            ++rank;
        }
        for (std::uint64_t n = 0; n < 100; ++n) {
            const StateKey absent = test_key(1'000'000 + n);
            const auto above = expected.lower_bound(absent);
            EXPECT_EQ(index->find(absent), std::nullopt);
            EXPECT_EQ(index->keys_below(absent.prefix()), std::distance(expected.begin(), above));
        }
    }
}

TEST(FirstStateIndex, AKeyThatComesTwiceIsAnError) {
    std::vector<StateKey> keys = uniform_keys(500);
    keys[417] = keys[23];
    const ListWorkload workload(keys);
    const auto index = FirstStateIndex::make(workload, silent_progress(), nullptr);
    ASSERT_FALSE(index.ok());
    EXPECT_EQ(index.error().code, ErrorCode::bad_input);
    EXPECT_NE(index.error().message.find("entries 23 and 417"), std::string::npos)
        << index.error().message;
}

TEST(FirstStateIndex, AnInterruptEndsIt) {
    const std::atomic<bool> interrupt{true};
    const ListWorkload workload(uniform_keys(100));
    const auto index = FirstStateIndex::make(workload, silent_progress(), &interrupt);
    ASSERT_FALSE(index.ok());
    EXPECT_EQ(index.error().code, ErrorCode::interrupted);
}

TEST(MemoryState, WhatBlocksWroteHidesTheFirstState) {
    const std::uint64_t seed = 31;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const std::vector<StateKey> keys = uniform_keys(300);
    const ListWorkload workload({keys.begin(), keys.begin() + 200});
    const auto index = index_of(workload);
    std::map<StateKey, Bytes> expected;
    for (std::uint64_t i = 0; i < 200; ++i) {
        expected[keys[i]] = ScriptBlock::value_of(i);
    }
    MemoryState state(*index);
    const auto reader = state.open_reader();
    ASSERT_TRUE(reader.ok());
    for (int block = 0; block < 20; ++block) {
        StateDiff diff;
        for (const StateKey& key : keys) {
            switch (random() % 12) {
                case 0:
                    diff.add_deletion(key, OldState::unknown, {});
                    expected.erase(key);
                    break;
                case 1:
                    expected[key] = ScriptBlock::value_of(random());
                    diff.add(key, OldState::unknown, {}, expected[key]);
                    break;
                default:
                    break;
            }
        }
        diff.sort();
        state.apply(diff);
        for (const StateKey& key : keys) {
            const auto found = (*reader)->get(key);
            ASSERT_TRUE(found.ok());
            const auto wanted = expected.find(key);
            ASSERT_EQ(found->has_value(), wanted != expected.end());
            if (*found) {
                ASSERT_TRUE(equal(**found, wanted->second));
            }
        }
    }
}

}  // namespace
}  // namespace commitbench::testing
