// SPDX-License-Identifier: Apache-2.0
// --execute-times and --commit-times: the work is repeated, the block counts once, and a repetition
// that goes wrong is found.
#include "harness/run/backend_twins.hpp"
#include "harness/run/result_line.hpp"
#include "harness/run/table.hpp"
#include "harness/runtime/worker_pool.hpp"
#include "tests/run/toy_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commitbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Repeated, BlocksAreExecutedAndCommittedToSoOftenAndCountOnce) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    const RunRecord once = must_run(request);
    request.execute_times = 3;
    request.commit_times = 2;
    const RunRecord record = must_run(request);
    EXPECT_EQ(record.ledger.verdict, LedgerVerdict::valid) << record.ledger.reason;
    EXPECT_EQ(record.transactions(), once.transactions());
    EXPECT_EQ(record.ledger.blocks_checked, once.ledger.blocks_checked);
    EXPECT_EQ(record.blocks.back().root, once.blocks.back().root);
    EXPECT_EQ(record.counter("reads"), 3 * *once.counter("reads")) << "the executor's";
    EXPECT_EQ(record.counter("hash_permutations"), once.counter("hash_permutations"))
        << "counters are those of the backend that is read from";
    const auto json = nlohmann::json::parse(result_line(record));
    EXPECT_EQ(json["execute_times"], 3);
    EXPECT_EQ(json["commit_times"], 2);
    EXPECT_THAT(render_table(record, {}), HasSubstr("executed 3 x and committed to 2 x"));
}

TEST(Repeated, SpansStillAddUp) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    request.execute_times = 2;
    request.commit_times = 2;
    for (const BlockRecord& block : must_run(request).blocks) {
        std::uint64_t sum = block.spans.other_ns();
        for (const std::uint64_t ns : block.spans.wall_ns) {
            sum += ns;
        }
        EXPECT_EQ(sum, block.spans.total_ns);
    }
}

TEST(Repeated, TwinsAreReopenedToo) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    request.commit_times = 3;
    request.reopen_between_blocks = true;
    EXPECT_EQ(must_run(request).ledger.verdict, LedgerVerdict::valid);
}

TEST(Repeated, AnExecutionThatIsNotTheLastIsCheckedToo) {
    const TestFolder folder;
    RunRequest request = toy_request(folder, "toy", "faulty:fault=loses");
    request.execute_times = 2;
    const RunRecord record = must_run(request);
    EXPECT_EQ(record.ledger.verdict, LedgerVerdict::void_run);
    EXPECT_THAT(record.ledger.reason, HasSubstr("block 3"));
}

TEST(Repeated, ATwinThatIsElsewhereIsNamed) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    request.commit_times = 2;
    WorkerPool workers(1, {});
    auto twins =
        BackendTwins::open(request, workers, [](const std::filesystem::path&) { return Status(); });
    ASSERT_TRUE(twins.ok());
    Position position;
    EXPECT_EQ(twins->first_difference(position), "");
    position.block = 4;
    EXPECT_THAT(twins->first_difference(position),
                AllOf(HasSubstr("block 4"), HasSubstr("twin 1 is at block 0")));
}

}  // namespace
}  // namespace commitbench::testing
