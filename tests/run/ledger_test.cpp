// SPDX-License-Identifier: Apache-2.0
#include "harness/run/ledger.hpp"

#include "tests/executors/random_block.hpp"
#include "tests/run/toy_components.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;

Root root_number(std::uint8_t number) {
    Root root;
    root.bytes[0] = number;
    return root;
}

Ledger some_ledger() {
    Ledger ledger;
    ledger.identity = {"toy:keys=3", 7, "abc", "sequential"};
    ledger.blocks = {{3, "d1", "r1"}, {0, "d2", "r2"}};
    ledger.roots["toy"] = {root_number(0), root_number(1), root_number(2)};
    return ledger;
}

TEST(Ledger, ComesBackAsItWasWritten) {
    const auto read = parse_ledger(ledger_text(some_ledger()), "x.json");
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->identity, some_ledger().identity);
    EXPECT_EQ(read->identity.reference, "sequential");
    EXPECT_EQ(read->blocks, some_ledger().blocks);
    EXPECT_EQ(read->roots, some_ledger().roots);
}

TEST(Ledger, EveryChangedByteIsFound) {
    const std::string text = ledger_text(some_ledger());
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string damaged = text;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        const auto read = parse_ledger(damaged, "x.json");
        if (read.ok()) {
            // Only white space may change without changing what is said.
            EXPECT_TRUE(text[i] == ' ' || text[i] == '\n') << "at " << i << ": " << damaged;
            ++accepted;
        } else {
            EXPECT_EQ(read.error().code, ErrorCode::corrupt);
            EXPECT_THAT(read.error().message, HasSubstr("x.json"));
        }
    }
    EXPECT_LT(accepted, text.size() / 2);
}

TEST(Ledger, EveryTruncationIsFound) {
    const std::string text = ledger_text(some_ledger());
    for (std::size_t size = 0; size + 2 < text.size(); ++size) {
        EXPECT_FALSE(parse_ledger(text.substr(0, size), "x.json").ok()) << size;
    }
}

TEST(Ledger, CoversBlocksAndRoots) {
    const Ledger ledger = some_ledger();
    EXPECT_TRUE(ledger.covers(2, "toy"));
    EXPECT_TRUE(ledger.covers(2, ""));
    EXPECT_FALSE(ledger.covers(3, ""));
    EXPECT_FALSE(ledger.covers(1, "another"));
    Ledger shorter = ledger;
    shorter.roots["toy"].pop_back();
    EXPECT_FALSE(shorter.covers(2, "toy"));
    EXPECT_TRUE(shorter.covers(1, "toy"));
}

TEST(Ledger, ADifferentSeedSpecOrInputHasADifferentFile) {
    const LedgerIdentity base{"toy:keys=3", 7, "abc", "sequential"};
    EXPECT_EQ(base.file_name().rfind("toy-", 0), 0U);
    EXPECT_NE(base.file_name(), (LedgerIdentity{"toy:keys=4", 7, "abc", "sequential"}.file_name()));
    EXPECT_NE(base.file_name(), (LedgerIdentity{"toy:keys=3", 8, "abc", "sequential"}.file_name()));
    EXPECT_NE(base.file_name(), (LedgerIdentity{"toy:keys=3", 7, "abd", "sequential"}.file_name()));
    EXPECT_NE(base.file_name(),
              (LedgerIdentity{"toy:keys=3", 7, "abc", "sequential:declared=stale"}.file_name()));
}

TEST(Ledger, MergingExtendsBothWays) {
    Ledger longer = some_ledger();
    longer.blocks.push_back({1, "d3", "r3"});
    longer.roots["other"] = {root_number(9)};
    const auto merged = merge_ledgers(some_ledger(), longer, "x.json");
    ASSERT_TRUE(merged.ok());
    EXPECT_EQ(merged->blocks.size(), 3U);
    EXPECT_EQ(merged->roots.at("toy").size(), 3U);
    EXPECT_EQ(merged->roots.at("other").size(), 1U);
    const auto kept = merge_ledgers(longer, some_ledger(), "x.json");
    ASSERT_TRUE(kept.ok());
    EXPECT_EQ(kept->blocks.size(), 3U) << "nothing known is forgotten";
}

TEST(Ledger, MergingFindsContradictions) {
    Ledger other = some_ledger();
    other.blocks[1].diff = "another";
    const auto blocks = merge_ledgers(some_ledger(), other, "x.json");
    ASSERT_FALSE(blocks.ok());
    EXPECT_THAT(blocks.error().message, HasSubstr("block 2"));
    other = some_ledger();
    other.roots["toy"][1] = root_number(77);
    const auto roots = merge_ledgers(some_ledger(), other, "x.json");
    ASSERT_FALSE(roots.ok());
    EXPECT_THAT(roots.error().message, HasSubstr("toy root for block 1"));
}

TEST(Ledger, FilesAreReplacedWholeAndMissingOnesAreNone) {
    const TestFolder folder;
    const auto file = folder.path() / "deep" / "er" / "x.json";
    const auto missing = read_ledger(file, some_ledger().identity);
    ASSERT_TRUE(missing.ok());
    EXPECT_FALSE(missing->has_value());
    ASSERT_TRUE(write_ledger(file, some_ledger()).ok());
    Ledger longer = some_ledger();
    longer.blocks.push_back({1, "d3", "r3"});
    ASSERT_TRUE(write_ledger(file, longer).ok());
    const auto read = read_ledger(file, some_ledger().identity);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ((*read)->blocks.size(), 3U);
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(file.parent_path())) {
        ++files;
    }
    EXPECT_EQ(files, 1U) << "no temporary file stays";
    const auto other = read_ledger(file, {"toy:keys=5", 7, "abc", "sequential"});
    ASSERT_FALSE(other.ok());
    EXPECT_THAT(other.error().message, HasSubstr("toy:keys=3"));
}

}  // namespace
}  // namespace commitbench::testing
