// SPDX-License-Identifier: Apache-2.0
#include "workloads/working_set.hpp"

#include "tests/workloads/made_workload.hpp"
#include "workloads/work_units.hpp"

#include <gtest/gtest.h>

namespace commitbench {
namespace {

using testing::Interpreter;
using testing::State;
using testing::value_at;

struct Pair {
    std::uint64_t number;
    std::uint64_t digest;
};

StateKey key_of(std::uint64_t index) {
    return random_key(1, Domain::account_key, {index, 0, 0, 0});
}

State three_pairs() {
    State state;
    for (std::uint64_t i = 0; i < 3; ++i) {
        put_words(state[key_of(i)], Pair{10 + i, 0});
    }
    return state;
}

TEST(WorkingSet, WordsAreBigEndian) {
    Bytes bytes;
    put_words(bytes, Pair{0x0102030405060708, 0x1112131415161718});
    EXPECT_EQ(bytes,
              (Bytes{1, 2, 3, 4, 5, 6, 7, 8, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18}));
    const auto back = get_words<Pair>(bytes);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->number, 0x0102030405060708U);
    EXPECT_EQ(back->digest, 0x1112131415161718U);
    bytes.push_back(0);
    EXPECT_FALSE(get_words<Pair>(bytes).has_value());
    EXPECT_FALSE(get_words<Pair>({}).has_value());
}

TEST(WorkingSet, ReadsOnceAndWritesWhatChanged) {
    State state = three_pairs();
    const State before = state;
    Interpreter access(state);
    WorkingSet set(access, 5);
    const auto read = set.present<Pair>(key_of(0));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->number, 10U);
    set.present<Pair>(key_of(1)).change().number = 77;
    EXPECT_EQ(set.present<Pair>(key_of(1))->number, 77U) << "sees its own change";
    set.present<Pair>(key_of(2)).erase();
    const auto made = set.maybe<Pair>(key_of(3));
    ASSERT_TRUE(made);
    EXPECT_FALSE(made.present());
    EXPECT_EQ(made->number, 0U);
    made.change().number = 99;
    EXPECT_TRUE(made.present());
    EXPECT_EQ(access.reads, 4U);
    EXPECT_EQ(state, before) << "nothing is written before the end";

    const Receipt receipt = set.accepted(2);
    EXPECT_EQ(receipt.status, TxStatus::ok);
    EXPECT_EQ(access.writes, 2U);
    EXPECT_EQ(access.erasures, 1U);
    EXPECT_EQ(state.at(key_of(0)), before.at(key_of(0)));
    EXPECT_EQ(value_at<Pair>(state, key_of(1)).number, 77U);
    EXPECT_EQ(value_at<Pair>(state, key_of(3)).number, 99U);
    EXPECT_NE(value_at<Pair>(state, key_of(1)).digest, value_at<Pair>(state, key_of(3)).digest);
    EXPECT_FALSE(state.contains(key_of(2)));
}

TEST(WorkingSet, RefusedWritesNothingAndTellsTheWork) {
    State state = three_pairs();
    const State before = state;
    Interpreter access(state);
    WorkingSet set(access, 5);
    set.present<Pair>(key_of(0)).change().number = 1;
    set.present<Pair>(key_of(1)).erase();
    const Receipt idle = set.refused(0);
    EXPECT_EQ(idle.status, TxStatus::failed);
    EXPECT_EQ(set.refused(3), (Receipt{TxStatus::failed, work(3, idle.digest)}));
    EXPECT_EQ(state, before);
}

TEST(WorkingSet, AbsentAndErasedAreNotPresent) {
    State state = three_pairs();
    Interpreter access(state);
    WorkingSet set(access, 5);
    EXPECT_FALSE(set.present<Pair>(key_of(8)));
    EXPECT_TRUE(set.maybe<Pair>(key_of(8)));
    set.present<Pair>(key_of(0)).erase();
    EXPECT_FALSE(set.present<Pair>(key_of(0)));
    const auto erased = set.maybe<Pair>(key_of(0));
    ASSERT_TRUE(erased);
    EXPECT_FALSE(erased.present());
    EXPECT_EQ(erased->number, 0U);
    // Made again, and made for nothing.
    erased.change().number = 4;
    const auto passing = set.maybe<Pair>(key_of(9));
    passing.change().number = 1;
    passing.erase();
    EXPECT_EQ(set.accepted(0).status, TxStatus::ok);
    EXPECT_EQ(value_at<Pair>(state, key_of(0)).number, 4U);
    EXPECT_EQ(access.writes, 1U);
    EXPECT_EQ(access.erasures, 0U) << "what was absent needs no erasure";
}

TEST(WorkingSet, WrongLengthsAndStopEndTheTransaction) {
    State state = three_pairs();
    state[key_of(0)] = Bytes(15, 1);
    state[key_of(1)] = Bytes(17, 1);
    state[key_of(2)] = {};
    Interpreter access(state);
    WorkingSet set(access, 5);
    for (std::uint64_t i = 0; i < 3; ++i) {
        EXPECT_FALSE(set.present<Pair>(key_of(i)));
        EXPECT_FALSE(set.maybe<Pair>(key_of(i)));
        EXPECT_FALSE(set.counter(key_of(i)).has_value());
    }
    EXPECT_EQ(set.refused(0).status, TxStatus::failed);
    access.stop_at = access.reads;
    EXPECT_FALSE(set.maybe<Pair>(key_of(7)));
    EXPECT_EQ(set.refused(1), (Receipt{TxStatus::stopped, 0}));
}

TEST(WorkingSet, CountersAreEightBytes) {
    State state;
    const CounterValue value = counter_value(513);
    state[key_of(0)].assign(value.begin(), value.end());
    Interpreter access(state);
    WorkingSet set(access, 5);
    const Receipt before = set.refused(0);
    EXPECT_EQ(set.counter(key_of(0)), 513U);
    EXPECT_NE(set.refused(0), before) << "what was read goes into the digest";
    EXPECT_FALSE(set.counter(key_of(1)).has_value());
    access.stop_at = access.reads;
    EXPECT_FALSE(set.counter(key_of(0)).has_value());
    EXPECT_EQ(set.refused(0).status, TxStatus::stopped);
}

TEST(WorkingSet, MoreValuesThanItHoldsEndTheTransaction) {
    State state;
    for (std::uint64_t i = 0; i <= WorkingSet::kMostValues; ++i) {
        put_words(state[key_of(i)], Pair{i, 0});
    }
    Interpreter access(state);
    WorkingSet set(access, 5);
    for (std::uint64_t i = 0; i < WorkingSet::kMostValues; ++i) {
        const auto held = set.present<Pair>(key_of(i));
        ASSERT_TRUE(held);
        ++held.change().number;
    }
    EXPECT_FALSE(set.present<Pair>(key_of(WorkingSet::kMostValues)));
    EXPECT_EQ(set.accepted(0).status, TxStatus::ok);
    for (std::uint64_t i = 0; i < WorkingSet::kMostValues; ++i) {
        ASSERT_EQ(value_at<Pair>(state, key_of(i)).number, i + 1);
    }
}

}  // namespace
}  // namespace commitbench
