// SPDX-License-Identifier: Apache-2.0
#include "harness/run/table.hpp"

#include "harness/run/result_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

RunRecord two_blocks() {
    RunRecord record;
    for (const std::uint64_t factor : {1U, 3U}) {
        BlockRecord& block = record.blocks.emplace_back();
        block.transactions = 1000;
        block.spans.wall_ns = {1'000'000 * factor, 2'000'000 * factor, 4'000'000 * factor,
                               500'000 * factor};
        block.spans.total_ns = 8'000'000 * factor;
    }
    record.counters["nodes_hashed"] = 5000;
    record.counters["never_moved"] = 0;
    record.scheme = record.ledger.scheme = "mpt-keccak256";
    record.ledger.roots_checked = true;
    record.ledger.blocks_checked = 2;
    return record;
}

TEST(Table, ShowsThroughputSpansCountersAndTheLimit) {
    const std::string table = render_table(two_blocks());
    EXPECT_THAT(table,
                AllOf(HasSubstr("62,500 transactions/s (2,000 in 32.0 ms"),
                      // total, share, median of 4 and 12 ms
                      HasSubstr("merkleize     16.0 ms    50.0 %       8.00 ms   ████████████\n"),
                      HasSubstr("other         2.00 ms     6.2 %")));
    EXPECT_THAT(
        table,
        AllOf(
            HasSubstr("5,000          2,500             2.50"), Not(HasSubstr("never_moved")),
            HasSubstr("No single span limited"),
            HasSubstr("2 blocks agree in values and receipts, and in their mpt-keccak256 roots")));
}

TEST(Table, NeedsNoUnicode) {
    const std::string table = render_table(two_blocks(), {.unicode = false});
    EXPECT_THAT(table, HasSubstr("############\n"));
    EXPECT_THAT(table, Not(HasSubstr("█")));
}

TEST(Table, NoLineEndsInABlank) {
    EXPECT_THAT(render_table(two_blocks()), Not(HasSubstr(" \n")));
}

TEST(Table, ARunWithoutBlocksStillSaysWhy) {
    RunRecord record;
    record.ledger.verdict = LedgerVerdict::void_run;
    record.ledger.reason = "first state: no";
    EXPECT_THAT(render_table(record), HasSubstr("VOID: first state: no"));
}

TEST(Explanations, EveryCrossClientNameIsDefinedOnce) {
    for (const std::string_view name :
         {"execute", "stage", "merkleize", "persist", "other", "total", "execution_ms",
          "state_read_ms", "state_hash_ms", "commit_ms", "total_ms", "transactions_per_s"}) {
        EXPECT_EQ(std::ranges::count(metric_explanations(), name, &MetricExplanation::name), 1)
            << name;
    }
}

}  // namespace
}  // namespace commitbench::testing
