// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/chain.hpp"

#include "codec/hex.hpp"
#include "tests/workloads/trace_harness.hpp"

#include <gmock/gmock.h>

namespace commitbench {
namespace {

using testing::address;
using testing::untouched_account;
using testing::word;

Chain chain_of(const std::vector<NumberedList>& blocks, const ChainRules& rules = {.seed = 1}) {
    auto chain = Chain::link(blocks, rules);
    EXPECT_TRUE(chain.ok());
    return std::move(*chain);
}

/// The first-state values of a chain by key.
std::map<StateKey, Bytes> first_values(const Chain& chain) {
    std::map<StateKey, Bytes> values;
    for (const Chain::FirstEntry& entry : chain.first_state()) {
        values.emplace(chain.keys()[entry.location], Bytes(entry.value.begin(), entry.value.end()));
    }
    return values;
}

// keccak256 of 0x01 and twenty zero bytes, and of 0x04 and 52 zero bytes. Computed with another
// implementation of Keccak-256 (pycryptodome's keccak module).
TEST(Location, KeysAreKeccakOfKindAddressAndSlot) {
    EXPECT_EQ(to_hex(location_key(LocationKind::balance, {}).view()),
              "2f62afa045d9d3b8eca1d2086d12bb99ddcab4cb01b136c43cbf35db14725e24");
    EXPECT_EQ(to_hex(slot_key({}, {}).view()),
              "9d16a3347411a44ab943b9b98ce81ec961f259212e1f99042335b469a0163c3b");
    std::set<StateKey> keys;
    for (const std::uint8_t n : {std::uint8_t{0}, std::uint8_t{1}}) {
        for (const LocationKind kind :
             {LocationKind::balance, LocationKind::nonce, LocationKind::code}) {
            keys.insert(location_key(kind, address(n)));
        }
        keys.insert(slot_key(address(n), word(0)));
        keys.insert(slot_key(address(n), word(1)));
    }
    EXPECT_EQ(keys.size(), 10U);
}

TEST(Location, IntegersAreRlpAndZeroIsPresent) {
    EXPECT_EQ(to_hex(integer_value({})), "80");
    EXPECT_EQ(to_hex(integer_value(Bytes{0, 0})), "80");
    EXPECT_EQ(to_hex(integer_value(Bytes{5})), "05");
    EXPECT_EQ(to_hex(integer_value(word(0x80))), "8180");
    EXPECT_EQ(integer_value(Bytes(32, 0xff)).size(), 33U);
}

TEST(Chain, ExpectsWhatTheWriteBeforeLeft) {
    bal::Account first = untouched_account(1);
    first.slots = {{word(7), {{0, word(1)}, {2, word(0)}}}};
    first.nonces = {{1, 10}, {2, 11}};
    bal::Account second = untouched_account(1);
    second.slots = {{word(7), {{1, word(9)}}}};
    second.nonces = {{0, 12}};
    const Chain chain =
        chain_of({{100, {{first}}}, {101, {{second}}}}, {.seed = 1, .fresh_slots = 1});

    ASSERT_EQ(chain.blocks().size(), 2U);
    EXPECT_EQ(chain.counts().transactions, 5U);
    EXPECT_EQ(chain.counts().runs, 1U);
    EXPECT_EQ(chain.counts().writes, 6U);
    EXPECT_EQ(chain.counts().deletions, 1U);

    const ChainBlock& one = chain.blocks()[0];
    EXPECT_EQ(one.number, 100U);
    EXPECT_THAT(one.begins, ::testing::ElementsAre(0, 1, 2, 4));
    EXPECT_FALSE(one.accesses[0].before.present);  // fresh
    EXPECT_EQ(to_hex(one.accesses[0].after.bytes), "01");
    EXPECT_EQ(to_hex(one.accesses[1].before.bytes), "09");  // the nonce before 10
    EXPECT_EQ(to_hex(one.accesses[1].after.bytes), "0a");
    EXPECT_EQ(to_hex(one.accesses[2].before.bytes), "01");
    EXPECT_FALSE(one.accesses[2].after.present);
    EXPECT_EQ(to_hex(one.accesses[3].before.bytes), "0a");

    const ChainBlock& two = chain.blocks()[1];
    EXPECT_EQ(to_hex(two.accesses[0].before.bytes), "0b");
    EXPECT_FALSE(two.accesses[1].before.present);
    EXPECT_EQ(to_hex(two.accesses[1].after.bytes), "09");
}

TEST(Chain, FirstStateFollowsTheRules) {
    bal::Account who = untouched_account(1);
    who.slots = {{word(1), {{0, word(0)}}}, {word(2), {{0, word(200)}}}};
    who.reads = {word(3)};
    who.balances = {{0, bal::Quantity(0)}};
    who.nonces = {{0, 1}};
    who.codes = {{0, {0x60}}};
    bal::Account rich = untouched_account(2);
    rich.balances = {{0, bal::Quantity(70'000)}};
    rich.nonces = {{0, 0}};
    const std::vector<NumberedList> blocks{{5, {{who, rich, untouched_account(3)}}}};

    const auto kept =
        first_values(chain_of(blocks, {.seed = 1, .fresh_slots = 0, .fresh_balances = 0}));
    const auto fresh =
        first_values(chain_of(blocks, {.seed = 1, .fresh_slots = 1, .fresh_balances = 1}));
    const StateKey deleted = slot_key(address(1), word(1));
    const StateKey set = slot_key(address(1), word(2));
    const StateKey only_read = slot_key(address(1), word(3));
    const StateKey emptied = location_key(LocationKind::balance, address(1));
    const StateKey nonce = location_key(LocationKind::nonce, address(1));
    const StateKey balance = location_key(LocationKind::balance, address(2));
    const StateKey touched = location_key(LocationKind::balance, address(3));
    for (const auto* values : {&kept, &fresh}) {
        EXPECT_TRUE(values->contains(deleted));
        EXPECT_TRUE(values->contains(only_read));
        EXPECT_TRUE(values->contains(emptied));
        EXPECT_EQ(to_hex(values->at(nonce)), "80");  // 1 less 1, present
        EXPECT_EQ(values->at(touched).size(), 9U);   // 8 digits behind a header
        EXPECT_FALSE(values->contains(location_key(LocationKind::nonce, address(2))));
        EXPECT_FALSE(values->contains(location_key(LocationKind::code, address(1))));
    }
    EXPECT_EQ(kept.size(), 7U);
    EXPECT_EQ(fresh.size(), 5U);
    EXPECT_FALSE(fresh.contains(set));
    EXPECT_FALSE(fresh.contains(balance));
    // 200 takes one digit: 0x81c8; what was before takes one too, and is neither 200 nor 0.
    EXPECT_LE(kept.at(set).size(), 2U);
    EXPECT_NE(to_hex(kept.at(set)), "81c8");
    EXPECT_NE(to_hex(kept.at(set)), "80");
    EXPECT_EQ(kept.at(balance).size(), 4U);  // 70,000 has 3 digits
}

TEST(Chain, MadeUpValuesAreNeitherZeroNorTheRecordedOne) {
    // Every value of one digit at many slots: the values before them must differ from them.
    bal::Account who = untouched_account(1);
    for (unsigned i = 1; i < 256; ++i) {
        bal::Word slot{};
        slot[30] = static_cast<std::uint8_t>(i % 7);
        slot[31] = static_cast<std::uint8_t>(i);
        who.slots.push_back({slot, {{0, word(static_cast<std::uint8_t>(i % 3 + 1))}}});
    }
    std::ranges::sort(who.slots, {}, &bal::SlotWrites::slot);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const std::vector<NumberedList> blocks{{1, {{who}}}};
        const auto chain = chain_of(blocks, {.seed = seed});
        for (const TraceAccess& access : chain.blocks()[0].accesses) {
            ASSERT_TRUE(access.before.present);
            ASSERT_FALSE(equal(access.before.bytes, access.after.bytes)) << "seed " << seed;
            ASSERT_NE(to_hex(access.before.bytes), "80");
            ASSERT_NE(to_hex(access.before.bytes), "00");
        }
    }
}

TEST(Chain, FirstStateOfALocationDoesNotDependOnItsNeighbours) {
    bal::Account who = untouched_account(1);
    who.slots = {{word(2), {{0, word(200)}}}};
    who.balances = {{0, bal::Quantity(5'000'000)}};
    const auto alone = first_values(chain_of({{5, {{who}}}}));
    const auto among = first_values(chain_of(
        {{4, {{untouched_account(0), untouched_account(9)}}}, {5, {{untouched_account(0), who}}}}));
    ASSERT_EQ(alone.size(), 2U);
    for (const auto& [key, value] : alone) {
        EXPECT_EQ(among.at(key), value);
    }
    EXPECT_NE(alone, first_values(chain_of({{5, {{who}}}}, {.seed = 2})));
}

TEST(Chain, FreshShareIsTheShareOfAbsentLocations) {
    bal::Account who = untouched_account(1);
    for (unsigned i = 0; i < 4000; ++i) {
        bal::Word slot{};
        slot[30] = static_cast<std::uint8_t>(i >> 8);
        slot[31] = static_cast<std::uint8_t>(i);
        who.slots.push_back({slot, {{0, word(1)}}});
    }
    const Chain chain = chain_of({{1, {{who}}}}, {.seed = 3, .fresh_slots = 0.25});
    // 3,000 expected, standard deviation 27.
    EXPECT_NEAR(static_cast<double>(chain.first_state().size()), 3000, 5 * 27.4);
    EXPECT_EQ(chain.counts().present_first[3], chain.first_state().size());
}

/// A block with `txs` transactions and `reads` pure reads.
NumberedList block_with_reads(std::uint64_t number, std::uint16_t txs, unsigned reads) {
    bal::Account who = untouched_account(1);
    for (std::uint16_t tx = 0; tx < txs; ++tx) {
        who.nonces.push_back({tx, std::uint64_t{tx} + 1});
    }
    for (unsigned i = 0; i < reads; ++i) {
        bal::Word slot{};
        slot[30] = static_cast<std::uint8_t>(i >> 8);
        slot[31] = static_cast<std::uint8_t>(i);
        who.reads.push_back(slot);
    }
    return {number, {{who, untouched_account(2)}}};
}

TEST(Chain, PureReadsAreDealtUniformlyAndBySeedAndNumber) {
    const NumberedList block = block_with_reads(7, 10, 5000);
    const auto dealt = [](const Chain& chain) {
        std::vector<unsigned> counts;
        const ChainBlock& made = chain.blocks()[0];
        for (std::size_t t = 0; t + 1 < made.begins.size(); ++t) {
            unsigned reads = 0;
            bool wrote = false;
            for (std::uint32_t i = made.begins[t]; i < made.begins[t + 1]; ++i) {
                EXPECT_FALSE(wrote && !made.accesses[i].writes) << "pure reads come first";
                wrote = wrote || made.accesses[i].writes;
                reads += made.accesses[i].writes ? 0U : 1U;
            }
            counts.push_back(reads);
        }
        return counts;
    };
    const auto counts = dealt(chain_of({block}));
    unsigned sum = 0;
    for (const unsigned count : counts) {
        EXPECT_NEAR(count, 500, 5 * 21.2);  // standard deviation 21.2
        sum += count;
    }
    EXPECT_EQ(sum, 5001U) << "5,000 slots and the balance of the touched account";
    EXPECT_EQ(dealt(chain_of({block})), counts);
    EXPECT_NE(dealt(chain_of({block}, {.seed = 2})), counts);
    EXPECT_NE(dealt(chain_of({block_with_reads(8, 10, 5000)})), counts);
    // The block's own number decides, not its place in the chain.
    const Chain longer = chain_of({block_with_reads(3, 2, 9), block});
    ASSERT_EQ(longer.blocks()[1].begins, chain_of({block}).blocks()[0].begins);
}

TEST(Chain, ReadsOffLeavesThemOutAndKeepsTheFirstState) {
    const NumberedList block = block_with_reads(7, 10, 50);
    const Chain on = chain_of({block});
    const Chain off = chain_of({block}, {.seed = 1, .pure_reads = false});
    EXPECT_EQ(on.blocks()[0].accesses.size(), 61U);
    EXPECT_EQ(off.blocks()[0].accesses.size(), 10U);
    EXPECT_EQ(first_values(on), first_values(off));
}

TEST(Chain, ABlockWithoutTransactionsReadsNothing) {
    const Chain chain = chain_of({block_with_reads(7, 0, 50)});
    EXPECT_EQ(chain.blocks()[0].begins.size(), 1U);
    EXPECT_TRUE(chain.blocks()[0].accesses.empty());
    EXPECT_EQ(chain.counts().pure_reads, 51U);
    EXPECT_EQ(chain.counts().unread, 51U);
    EXPECT_EQ(chain_of({{1, {}}}).counts().transactions, 0U);
}

TEST(Chain, CountsRuns) {
    const auto block = [](std::uint64_t number) { return NumberedList{number, {}}; };
    EXPECT_EQ(chain_of({block(1), block(2), block(3)}).counts().runs, 1U);
    EXPECT_EQ(chain_of({block(1), block(3), block(4), block(9)}).counts().runs, 3U);
    EXPECT_EQ(chain_of({}).counts().runs, 0U);
}

}  // namespace
}  // namespace commitbench
