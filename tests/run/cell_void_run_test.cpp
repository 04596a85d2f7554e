// SPDX-License-Identifier: Apache-2.0
// Runs that the ledger disagrees with are void and say where; ledger files that are damaged or of
// older code are refused.
#include "harness/run/table.hpp"
#include "tests/run/toy_run.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commitbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(VoidRun, AnExecutorThatLosesAnUpdateIsNamedByBlockAndKey) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy", "faulty:fault=loses"));
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_THAT(record.ledger.reason, AllOf(HasSubstr("block 3, key 0x"),
                                            HasSubstr("the run did not change it, the reference")));
    const auto lines = result_lines(folder);
    ASSERT_EQ(lines.size(), 1U) << "a void run is a record too";
    EXPECT_EQ(nlohmann::json::parse(lines[0])["ledger"]["verdict"], "void");
    EXPECT_THAT(render_table(record), HasSubstr("VOID: block 3, key 0x"));
    EXPECT_EQ(record.ledger.blocks_checked, 2U);
}

TEST(VoidRun, AWrongReceiptIsNamedByTransaction) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy", "faulty:fault=receipt"));
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_THAT(record.ledger.reason, HasSubstr("block 3, transaction 7"));
}

TEST(VoidRun, ADiffOutOfOrderIsFound) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy", "faulty:fault=unsorted"));
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_THAT(record.ledger.reason, HasSubstr("does not come after the key before it"));
}

TEST(VoidRun, AWrongRootOverRightValuesIsTheTreesFault) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy:fault=wrong_root"));
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_THAT(record.ledger.reason,
                AllOf(HasSubstr("block 3"), HasSubstr("the values agree and the tree is wrong")));
    EXPECT_EQ(record.blocks.size(), 1U) << "it stops there";
}

TEST(VoidRun, AWrongRootInTheWarmUpCountsToo) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy:fault=wrong_root,at=1"));
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_TRUE(record.blocks.empty());
    EXPECT_EQ(result_lines(folder).size(), 1U);
}

TEST(VoidRun, ALostWriteIsNamedByKey) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy:fault=lost_write"));
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_THAT(record.ledger.reason,
                AllOf(HasSubstr("key 0x"), HasSubstr("the backend lost a write")));
}

TEST(VoidRun, ALostWriteOfTheLastBlockIsFoundWithoutRoots) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy:fault=lost_last_write,at=10"));
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_THAT(record.ledger.reason, HasSubstr("the backend lost a write"));
}

TEST(VoidRun, AWrongPositionIsFound) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy:fault=wrong_position"));
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_THAT(record.ledger.reason, HasSubstr("says that block 2"));
}

TEST(LedgerFile, ADamagedOneIsRefusedWithARemedy) {
    const TestFolder folder;
    const RunRequest request = toy_request(folder);
    must_run(request);
    {
        std::fstream file(ledger_of(request), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(300);
        file.put('9');
    }
    const Error error = must_fail(request);
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_THAT(error.message,
                AllOf(HasSubstr(ledger_of(request).native()), HasSubstr("delete it")));
    std::filesystem::remove(ledger_of(request));
    EXPECT_EQ(must_run(request).exit_code(), 0);
}

TEST(LedgerFile, OneOfOlderCodeMakesTheRunVoidAndSaysSo) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    must_run(request);
    toy_code_version = 1;
    const RunRecord record = must_run(request);
    EXPECT_EQ(record.exit_code(), 1);
    EXPECT_THAT(record.ledger.reason, HasSubstr("delete the ledger"));
    request.blocks = 20;  // asks for an extension: the reference itself finds out
    const Error error = must_fail(request);
    toy_code_version = 0;
    EXPECT_EQ(error.code, ErrorCode::corrupt);
    EXPECT_THAT(error.message, HasSubstr("was changed since it was made"));
}

}  // namespace
}  // namespace commitbench::testing
