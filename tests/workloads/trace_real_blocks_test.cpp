// SPDX-License-Identifier: Apache-2.0
// The 60 mainnet blocks, where they are: decoding, statistics against the table that an independent
// program made (stats.csv), and a replay that must end in the recorded values.
#include "tests/workloads/trace_harness.hpp"
#include "workloads/trace/trace_info.hpp"

#include <fmt/format.h>
#include <fstream>

namespace commitbench {
namespace {

class RealBlocks : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::path(COMMITBENCH_SHARED_DIR) / "data/bal";
        if (!std::filesystem::exists(folder_)) {
            GTEST_SKIP() << folder_ << " is missing";
        }
        auto files = bal::find_blocks(folder_);
        ASSERT_TRUE(files.ok()) << files.error().message;
        files_ = std::move(*files);
        ASSERT_EQ(files_.size(), 60U);
    }

    std::vector<NumberedList> lists() {
        std::vector<NumberedList> blocks;
        for (const bal::BlockFile& file : files_) {
            const auto bytes = bal::read_file(file.path);
            EXPECT_TRUE(bytes.ok());
            auto list = bal::decode(*bytes, file.path.string());
            EXPECT_TRUE(list.ok()) << list.error().message;
            blocks.push_back({file.number, std::move(*list)});
        }
        return blocks;
    }

    std::filesystem::path folder_;
    std::vector<bal::BlockFile> files_;
};

TEST_F(RealBlocks, EncodeBackToTheSameBytes) {
    for (const bal::BlockFile& file : files_) {
        const auto bytes = bal::read_file(file.path);
        ASSERT_TRUE(bytes.ok());
        const auto list = bal::decode(*bytes, file.path.string());
        ASSERT_TRUE(list.ok()) << list.error().message;
        EXPECT_EQ(bal::encode(*list) == *bytes, true) << file.path;
    }
}

TEST_F(RealBlocks, StatisticsAreTheTable) {
    std::ifstream table(folder_ / "stats.csv");
    std::string line;
    ASSERT_TRUE(std::getline(table, line));
    std::vector<std::string_view> names;
    for (const StatisticsColumn& column : statistics_columns()) {
        names.push_back(column.name);
    }
    EXPECT_EQ(line, fmt::format("{}", fmt::join(names, ",")));
    std::size_t rows = 0;
    for (const bal::BlockFile& file : files_) {
        ASSERT_TRUE(std::getline(table, line));
        const auto statistics = block_statistics(file);
        ASSERT_TRUE(statistics.ok()) << statistics.error().message;
        EXPECT_EQ(fmt::format("{}", fmt::join(statistics_row(*statistics), ",")), line);
        EXPECT_EQ(statistics->idle_txs, 0U);
        ++rows;
    }
    EXPECT_EQ(rows, 60U);
    EXPECT_FALSE(std::getline(table, line));
}

TEST_F(RealBlocks, ReplayEndsInTheRecordedValues) {
    const std::vector<NumberedList> blocks = lists();
    const auto workload =
        testing::trace_of(blocks, {.seed = 1, .fresh_slots = 0.25, .fresh_balances = 0.05});
    // Sums of the README's table: transactions of the three runs.
    EXPECT_EQ(workload->chain().counts().transactions, 4598U + 4130U + 2085U);
    EXPECT_EQ(workload->chain().counts().runs, 3U);
    const auto receipts = testing::replay_and_check(*workload, blocks);
    EXPECT_EQ(receipts.size(), 10'813U);
}

TEST_F(RealBlocks, EachHasAFeeRecipientThatCanBePaidOnce) {
    const std::vector<NumberedList> blocks = lists();
    const ChainRules rules{.seed = 1, .fee_recipient = FeeRecipient::deferred};
    const std::span<const NumberedList> some = std::span(blocks).first(10);
    testing::replay_and_check(*testing::trace_of(some, rules), some);
    const auto deferred = testing::trace_of(blocks, rules);
    const ChainCounts& counts = deferred->chain().counts();
    EXPECT_EQ(counts.fee_recipients, 60U);
    EXPECT_EQ(counts.fee_writes_left_out, counts.fee_writes - 60);
    EXPECT_GT(counts.fee_writes, 10'000U) << "of 10,813 transactions";
}

TEST_F(RealBlocks, EachRunAloneReplaysToo) {
    const std::vector<NumberedList> blocks = lists();
    const std::span<const NumberedList> all = blocks;
    for (const auto& run : {all.first(30), all.subspan(30, 20), all.last(10)}) {
        const auto workload = testing::trace_of(run, {.seed = 2});
        EXPECT_EQ(workload->chain().counts().runs, 1U);
        testing::replay_and_check(*workload, run);
    }
}

}  // namespace
}  // namespace commitbench
