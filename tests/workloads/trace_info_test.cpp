// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/trace_info.hpp"

#include "tests/workloads/trace_harness.hpp"

#include <gmock/gmock.h>

namespace commitbench {
namespace {

using testing::address;
using testing::untouched_account;
using testing::word;

// Worked out by hand:
//   tx          0    1    2    3    4    5
//   fees        x    x    x    x         x     written by 5 of 6: hot
//   slot a      x         x         x          chain 0-2-4
//   slot b           x    x                    1-2
//   nonces      x    x         x    x    x
TEST(TraceInfo, CountsAndCriticalPaths) {
    bal::Account fees = untouched_account(9);
    fees.balances = {{0, bal::Quantity(1)},
                     {1, bal::Quantity(2)},
                     {2, bal::Quantity(3)},
                     {3, bal::Quantity(4)},
                     {5, bal::Quantity(5)}};
    bal::Account contract = untouched_account(1);
    contract.slots = {{word(1), {{0, word(1)}, {2, word(0)}, {4, word(1)}}},
                      {word(2), {{1, word(1)}, {2, word(2)}}}};
    contract.reads = {word(5), word(6), word(7)};
    contract.codes = {{3, {0x60}}};
    bal::Account sender = untouched_account(2);
    sender.nonces = {{0, 1}, {1, 2}, {3, 3}, {4, 4}, {5, 5}};
    bal::Account other_sender = untouched_account(3);
    other_sender.balances = {{2, bal::Quantity(0)}};
    const BlockStatistics s = block_statistics(
        bal::AccessList{{contract, sender, other_sender, untouched_account(4), fees}});
    EXPECT_EQ(s.txs, 6U);
    EXPECT_EQ(s.accounts, 5U);
    EXPECT_EQ(s.touched_only_accounts, 1U);
    EXPECT_EQ(s.written_locations, 6U);
    EXPECT_EQ(s.written_slots, 2U);
    EXPECT_EQ(s.slot_writes, 5U);
    EXPECT_EQ(s.zero_slot_writes, 1U);
    EXPECT_EQ(s.balance_writes, 6U);
    EXPECT_EQ(s.nonce_writes, 5U);
    EXPECT_EQ(s.code_writes, 1U);
    EXPECT_EQ(s.pure_read_slots, 3U);
    EXPECT_EQ(s.hottest.kind, LocationKind::balance);  // 5 like the nonce's, but the higher address
    EXPECT_EQ(s.hottest.address, address(9));
    EXPECT_EQ(s.hottest.txs, 5U);
    EXPECT_NEAR(s.hottest_share(), 5.0 / 6, 1e-12);
    ASSERT_EQ(s.hot.size(), 2U);  // the nonce and the fees; slot a has exactly half
    EXPECT_EQ(s.critical_path, 6U);
    // Without them: 0-2-4 and 1-2-4.
    EXPECT_EQ(s.critical_path_no_hot, 3U);
    EXPECT_EQ(s.txs_with_pred_no_hot, 2U);
    EXPECT_EQ(s.txs_without_nonce, 1U);
    EXPECT_EQ(s.idle_txs, 0U);
}

TEST(TraceInfo, EmptyAndIdle) {
    const BlockStatistics none = block_statistics(bal::AccessList{});
    EXPECT_EQ(none.txs, 0U);
    EXPECT_EQ(none.critical_path, 0U);
    EXPECT_EQ(none.hottest_share(), 0);
    EXPECT_THAT(statistics_row(none), ::testing::Contains("none"));

    bal::Account late = untouched_account(1);
    late.nonces = {{4, 1}};
    const BlockStatistics idle = block_statistics(bal::AccessList{{late}});
    EXPECT_EQ(idle.txs, 5U);
    EXPECT_EQ(idle.idle_txs, 4U);
    EXPECT_EQ(idle.critical_path, 1U);
}

TEST(TraceInfo, EveryColumnHasAValueAndAMeaning) {
    EXPECT_EQ(statistics_row({}).size(), statistics_columns().size());
    for (const StatisticsColumn& column : statistics_columns()) {
        EXPECT_FALSE(column.meaning.empty()) << column.name;
    }
}

TEST(TraceInfo, NamesOfFilesAreRead) {
    const testing::ScratchFolder folder;
    const auto without = folder.write("77_without_reads.rlp", Bytes{0xc0});
    const auto statistics = block_statistics(bal::BlockFile{without, 77});
    ASSERT_TRUE(statistics.ok());
    EXPECT_EQ(statistics->file, "77_without_reads.rlp");
    EXPECT_EQ(statistics->block, 77U);
    EXPECT_FALSE(statistics->reads);
    EXPECT_EQ(statistics->bytes, 1U);
    EXPECT_FALSE(block_statistics(bal::BlockFile{folder.path() / "none.rlp", 1}).ok());
    EXPECT_FALSE(block_statistics(bal::BlockFile{folder.write("bad.rlp", Bytes{0x80}), 1}).ok());
}

}  // namespace
}  // namespace commitbench
