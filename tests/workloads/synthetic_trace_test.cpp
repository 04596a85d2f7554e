// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/synthetic_trace.hpp"

#include "tests/workloads/trace_harness.hpp"
#include "workloads/trace/trace_info.hpp"

#include <gmock/gmock.h>

namespace commitbench {
namespace {

using ::testing::HasSubstr;
using testing::ScratchFolder;

TEST(SyntheticTrace, IsTheSameForTheSameSettings) {
    const SyntheticTrace settings{.seed = 5, .blocks = 2, .transactions = 30};
    const auto one = make_synthetic_trace(settings);
    const auto two = make_synthetic_trace(settings);
    ASSERT_TRUE(one.ok() && two.ok());
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ((*one)[i].list, (*two)[i].list);
    }
    const auto other = make_synthetic_trace({.seed = 6, .blocks = 2, .transactions = 30});
    EXPECT_FALSE((*one)[0].list == (*other)[0].list);
}

/// What the README of the real blocks promises of them.
TEST(SyntheticTrace, KeepsTheRulesOfTheRealOnes) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        SCOPED_TRACE(seed);
        const auto made = make_synthetic_trace({.seed = seed,
                                                .first_block = 1000,
                                                .blocks = 5,
                                                .transactions = 100,
                                                .accounts = 50,
                                                .contracts = 3,
                                                .slots = 100,
                                                .delete_share = 0.3,
                                                .code_share = 0.1});
        ASSERT_TRUE(made.ok()) << made.error().message;
        ASSERT_EQ(made->size(), 5U);
        std::map<StateKey, Bytes> known;
        std::map<bal::Address, std::uint64_t> nonces;
        std::uint64_t deletions = 0;
        std::uint64_t codes = 0;
        for (std::size_t i = 0; i < made->size(); ++i) {
            const NumberedList& block = (*made)[i];
            EXPECT_EQ(block.number, 1000 + i);
            const auto decoded = bal::decode(bal::encode(block.list), "made");
            ASSERT_TRUE(decoded.ok()) << decoded.error().message;
            EXPECT_EQ(*decoded, block.list);
            const BlockStatistics s = block_statistics(block.list);
            EXPECT_EQ(s.txs, 100U);
            EXPECT_EQ(s.idle_txs, 0U);
            EXPECT_EQ(s.txs_without_nonce, 0U);
            EXPECT_EQ(s.hottest.kind, LocationKind::balance);
            EXPECT_EQ(s.hottest.txs, 100U);
            EXPECT_EQ(s.touched_only_accounts, 20U);
            EXPECT_GT(s.pure_read_slots, 0U);
            deletions += s.zero_slot_writes;
            codes += s.code_writes;
            for (const bal::Account& account : block.list.accounts) {
                for (const bal::SlotWrites& slot : account.slots) {
                    Bytes& last = known[slot_key(account.address, slot.slot)];
                    for (const bal::SlotWrite& write : slot.writes) {
                        const Bytes value(write.value.begin(), write.value.end());
                        EXPECT_NE(value, last) << "an entry repeats the value before it";
                        last = value;
                    }
                }
                Bytes& last = known[location_key(LocationKind::balance, account.address)];
                for (const bal::BalanceWrite& write : account.balances) {
                    const Bytes value = integer_value(write.balance.digits());
                    EXPECT_NE(value, last);
                    last = value;
                }
                for (const bal::NonceWrite& write : account.nonces) {
                    const auto [at, first] = nonces.emplace(account.address, write.nonce);
                    EXPECT_TRUE(first || at->second + 1 == write.nonce);
                    at->second = write.nonce;
                }
            }
        }
        EXPECT_GT(deletions, 20U);
        EXPECT_GT(codes, 10U);
    }
}

TEST(SyntheticTrace, SettingsDoWhatTheySay) {
    const auto plain = make_synthetic_trace({.transactions = 50,
                                             .slot_writes = 0,
                                             .pure_reads = 0,
                                             .touched_only = 0,
                                             .code_share = 0,
                                             .hot_fee_recipient = false});
    ASSERT_TRUE(plain.ok());
    for (const NumberedList& block : *plain) {
        const BlockStatistics s = block_statistics(block.list);
        EXPECT_EQ(s.slot_writes + s.pure_read_slots + s.code_writes + s.touched_only_accounts, 0U);
        EXPECT_EQ(s.txs, 50U);
        EXPECT_LT(s.hottest.txs, 25U);
    }
}

TEST(SyntheticTrace, RefusesSettingsOutOfRange) {
    const std::pair<SyntheticTrace, std::string_view> cases[] = {
        {{.blocks = 0}, "blocks = 0: give 1..100000"},
        {{.transactions = 0}, "transactions = 0"},
        {{.transactions = 65'537}, "transactions = 65537"},
        {{.accounts = 1}, "accounts = 1"},
        {{.contracts = 0}, "contracts = 0"},
        {{.slots = 0}, "slots = 0"},
        {{.delete_share = 1.5}, "delete share = 1.5: give 0..1"},
        {{.code_share = -1}, "code share = -1"},
        {{.first_block = UINT64_MAX}, "first block"},
    };
    for (const auto& [settings, reason] : cases) {
        const auto made = make_synthetic_trace(settings);
        ASSERT_FALSE(made.ok()) << reason;
        EXPECT_EQ(made.error().code, ErrorCode::bad_input);
        EXPECT_THAT(made.error().message, HasSubstr(reason));
    }
}

TEST(SyntheticTrace, WritesFilesAndOverwritesNone) {
    const ScratchFolder scratch;
    const auto folder = scratch.path() / "new" / "folder";
    const auto made = make_synthetic_trace({.first_block = 9, .blocks = 3, .transactions = 10});
    ASSERT_TRUE(made.ok());
    const auto paths = write_trace(*made, folder);
    ASSERT_TRUE(paths.ok()) << paths.error().message;
    ASSERT_EQ(paths->size(), 3U);
    EXPECT_EQ(paths->at(1).filename(), "10_with_reads.rlp");
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(*bal::read_file(paths->at(i)), bal::encode((*made)[i].list));
    }

    std::filesystem::remove(paths->at(0));
    const auto again = write_trace(*made, folder);
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().code, ErrorCode::bad_input);
    EXPECT_THAT(again.error().message, HasSubstr("10_with_reads.rlp: is there already"));
    EXPECT_FALSE(std::filesystem::exists(paths->at(0)))
        << "nothing may be written where something is refused";

    const auto file = scratch.write("file", Bytes{1});
    const auto no_folder = write_trace(*made, file / "below");
    ASSERT_FALSE(no_folder.ok());
    EXPECT_EQ(no_folder.error().code, ErrorCode::bad_input);
}

}  // namespace
}  // namespace commitbench
