// SPDX-License-Identifier: Apache-2.0
#include "harness/core/block.hpp"

#include <gtest/gtest.h>

namespace commitbench {
namespace {

std::string receipts_digest(std::vector<Receipt> receipts) {
    BlockResult result;
    result.receipts = std::move(receipts);
    return result.receipts_digest();
}

TEST(BlockResult, ReceiptsDigestSeesStatusDigestAndOrder) {
    const Receipt a{TxStatus::ok, 1};
    const Receipt b{TxStatus::ok, 2};
    const std::string base = receipts_digest({a, b});
    EXPECT_EQ(base.size(), 16U);
    EXPECT_EQ(base, receipts_digest({a, b}));
    EXPECT_NE(base, receipts_digest({b, a}));
    EXPECT_NE(base, receipts_digest({a}));
    EXPECT_NE(base, receipts_digest({a, {TxStatus::failed, 2}}));
    EXPECT_NE(base, receipts_digest({}));
}

TEST(BlockResult, ClearForgetsEverything) {
    BlockResult result;
    result.diff.add({}, OldState::unknown, {}, Bytes{1});
    result.receipts.push_back({TxStatus::ok, 1});
    result.reads = result.state_reads = result.writes = 5;
    result.clear();
    EXPECT_EQ(result.diff.size(), 0U);
    EXPECT_TRUE(result.receipts.empty());
    EXPECT_EQ(result.reads + result.state_reads + result.writes, 0U);
}

}  // namespace
}  // namespace commitbench
