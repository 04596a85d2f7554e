// SPDX-License-Identifier: Apache-2.0
#include "harness/core/state_diff.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace commitbench {
namespace {

StateKey key_of(std::initializer_list<std::uint8_t> first_bytes) {
    StateKey key;
    std::ranges::copy(first_bytes, key.bytes.begin());
    return key;
}

/// Random changes with distinct keys, many of which agree in their first 8 bytes.
std::vector<std::pair<StateKey, Bytes>> random_changes(std::mt19937_64& random, std::size_t count) {
    std::vector<std::pair<StateKey, Bytes>> changes;
    for (std::size_t i = 0; i < count; ++i) {
        StateKey key;
        key.bytes[0] = static_cast<std::uint8_t>(random() % 4);
        for (std::size_t at = 8; at < 16; ++at) {
            key.bytes[at] = static_cast<std::uint8_t>(random());
        }
        key.bytes[31] = static_cast<std::uint8_t>(i);
        key.bytes[30] = static_cast<std::uint8_t>(i >> 8);
        Bytes value(random() % 50);
        std::ranges::generate(value, [&] { return static_cast<std::uint8_t>(random()); });
        changes.emplace_back(key, value);
    }
    return changes;
}

void add_all(StateDiff& diff, const std::vector<std::pair<StateKey, Bytes>>& changes) {
    for (const auto& [key, value] : changes) {
        if (value.size() % 7 == 3) {
            diff.add_deletion(key, OldState::unknown, {});
        } else {
            diff.add(key, OldState::unknown, {}, value);
        }
    }
}

TEST(StateDiff, OrderOfAddingDoesNotMatter) {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        auto changes = random_changes(random, 1000);
        StateDiff first;
        add_all(first, changes);
        first.sort();
        std::ranges::shuffle(changes, random);
        StateDiff second;
        add_all(second, changes);
        second.sort();

        ASSERT_EQ(first.size(), 1000U);
        EXPECT_EQ(
            std::ranges::adjacent_find(first.changes(), std::ranges::greater_equal(), &Change::key),
            first.changes().end());
        for (std::size_t i = 0; i < first.size(); ++i) {
            const Change& a = first.changes()[i];
            const Change& b = second.changes()[i];
            ASSERT_EQ(a.key, b.key);
            ASSERT_EQ(a.deleted, b.deleted);
            ASSERT_TRUE(equal(a.new_value, b.new_value));
        }
        EXPECT_EQ(first.digest(), second.digest());
        EXPECT_EQ(first.logical_bytes(), second.logical_bytes());
    }
}

TEST(StateDiff, ValuesAreCopied) {
    Bytes old_value{1, 2, 3};
    Bytes new_value{4, 5};
    StateDiff diff;
    diff.add(key_of({1}), OldState::present, old_value, new_value);
    std::ranges::fill(old_value, 9);
    std::ranges::fill(new_value, 9);
    EXPECT_TRUE(equal(diff.changes()[0].old_value, Bytes{1, 2, 3}));
    EXPECT_TRUE(equal(diff.changes()[0].new_value, Bytes{4, 5}));
    EXPECT_EQ(diff.changes()[0].old_state, OldState::present);
    EXPECT_FALSE(diff.changes()[0].deleted);
}

TEST(StateDiff, PlacedChangesKeepTheirViews) {
    StateDiff diff;
    const ByteView value = diff.arena().copy(Bytes{7, 8});
    diff.add_placed({.key = key_of({2}), .old_value = {}, .new_value = value});
    diff.add_placed({.key = key_of({1}), .old_value = {}, .new_value = value});
    diff.sort();
    EXPECT_EQ(diff.changes()[0].key, key_of({1}));
    EXPECT_EQ(diff.changes()[1].new_value.data(), value.data());
}

/// The digest of one diff with a change each for `changes`.
std::string changes_digest(std::initializer_list<std::pair<StateKey, Bytes>> changes) {
    StateDiff diff;
    for (const auto& [key, value] : changes) {
        diff.add(key, OldState::unknown, {}, value);
    }
    diff.sort();
    return diff.digest();
}

TEST(StateDiff, DigestSeesKeysValuesAndDeletions) {
    const std::string base = changes_digest({{key_of({1}), {1, 2}}, {key_of({2}), {3}}});
    EXPECT_EQ(base.size(), 32U);
    EXPECT_NE(base, changes_digest({{key_of({1}), {1, 2}}, {key_of({3}), {3}}}));
    EXPECT_NE(base, changes_digest({{key_of({1}), {1, 3}}, {key_of({2}), {3}}}));
    EXPECT_NE(base, changes_digest({{key_of({1}), {1}}, {key_of({2}), {2, 3}}}));
    EXPECT_NE(base, changes_digest({{key_of({1}), {1, 2}}}));
    EXPECT_NE(changes_digest({}), changes_digest({{key_of({}), {}}}));

    StateDiff empty_value;
    empty_value.add(key_of({1}), OldState::unknown, {}, {});
    StateDiff deletion;
    deletion.add_deletion(key_of({1}), OldState::unknown, {});
    EXPECT_NE(empty_value.digest(), deletion.digest());
    EXPECT_TRUE(deletion.changes()[0].deleted);
}

TEST(StateDiff, DigestSaysNothingOfOldValues) {
    StateDiff knows;
    knows.add(key_of({1}), OldState::present, Bytes{1, 1}, Bytes{2});
    StateDiff knows_not;
    knows_not.add(key_of({1}), OldState::unknown, {}, Bytes{2});
    EXPECT_EQ(knows.digest(), knows_not.digest());
}

TEST(StateDiff, LogicalBytesCountKeysAndNewValues) {
    StateDiff diff;
    diff.add(key_of({1}), OldState::present, Bytes(100), Bytes(10));
    diff.add_deletion(key_of({2}), OldState::present, Bytes(100));
    EXPECT_EQ(diff.logical_bytes(), 32U + 10U + 32U);
}

TEST(StateDiff, BorrowsWhatSomebodyElseKeeps) {
    std::mt19937_64 random(5);
    StateDiff lender;
    add_all(lender, random_changes(random, 500));
    lender.sort();
    StateDiff borrower;
    borrower.add(key_of({9}), OldState::unknown, {}, Bytes(10));
    borrower.borrow(lender.changes());
    EXPECT_EQ(borrower.changes().data(), lender.changes().data()) << "nothing is copied";
    EXPECT_EQ(borrower.size(), lender.size());
    EXPECT_EQ(borrower.digest(), lender.digest());
    EXPECT_EQ(borrower.logical_bytes(), lender.logical_bytes());

    borrower.borrow({});
    EXPECT_EQ(borrower.size(), 0U) << "a block without changes";

    borrower.borrow(lender.changes());
    borrower.clear();
    borrower.add(key_of({1}), OldState::unknown, {}, Bytes(10));
    EXPECT_EQ(borrower.size(), 1U);
    EXPECT_EQ(borrower.changes().front().key, key_of({1}));
}

TEST(StateDiff, ClearKeepsNothing) {
    StateDiff diff;
    const std::string empty = diff.digest();
    diff.add(key_of({1}), OldState::unknown, {}, Bytes(10));
    EXPECT_NE(diff.digest(), empty);
    diff.clear();
    EXPECT_EQ(diff.size(), 0U);
    EXPECT_EQ(diff.digest(), empty);
}

}  // namespace
}  // namespace commitbench
