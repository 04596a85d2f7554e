// SPDX-License-Identifier: Apache-2.0
// A whole run with toy components: what it does and what it writes down.
#include "harness/run/ledger.hpp"
#include "harness/run/result_line.hpp"
#include "harness/run/table.hpp"
#include "tests/run/toy_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;

TEST(Cell, AGoodRunIsValidAndWrittenDown) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder));
    EXPECT_EQ(record.exit_code(), 0);
    EXPECT_EQ(record.ledger.verdict, LedgerVerdict::valid) << record.ledger.reason;
    EXPECT_TRUE(record.ledger.roots_checked);
    EXPECT_EQ(record.ledger.blocks_checked, 10U) << "the warm-up is checked too";
    ASSERT_EQ(record.blocks.size(), 8U);
    EXPECT_EQ(record.blocks.front().number, 3U);
    EXPECT_EQ(record.transactions(), 8U * 30U);
    EXPECT_EQ(record.load.keys, 300U);
    EXPECT_EQ(record.scheme, "toy");
    EXPECT_EQ(record.blocks.back().root.size(), 64U);

    const auto lines = result_lines(folder);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0], result_line(record));
    EXPECT_FALSE(std::filesystem::exists(record.directory)) << "the temporary folder is to go";
}

TEST(Cell, TheResultLineHasEveryField) {
    const TestFolder folder;
    const auto json = nlohmann::json::parse(result_line(must_run(toy_request(folder))));
    for (const char* pointer : {"/schema_version",
                                "/started_utc",
                                "/command/0",
                                "/executor/spec",
                                "/executor/facts/threads/why",
                                "/backend/options/fault",
                                "/workload/options/keys",
                                "/reference",
                                "/scheme",
                                "/seed",
                                "/warmup_blocks",
                                "/measured_blocks",
                                "/memory_budget_bytes",
                                "/workers",
                                "/execute_times",
                                "/commit_times",
                                "/placement/pin",
                                "/placement/pinned",
                                "/placement/seats",
                                "/placement/text",
                                "/durability",
                                "/cache_state",
                                "/transactions",
                                "/failed",
                                "/transactions_per_s",
                                "/totals/execute_ns",
                                "/totals/stage_ns",
                                "/totals/merkleize_ns",
                                "/totals/persist_ns",
                                "/totals/other_ns",
                                "/totals/total_ns",
                                "/totals/execution_ms",
                                "/totals/state_read_ms",
                                "/totals/state_hash_ms",
                                "/totals/commit_ms",
                                "/totals/total_ms",
                                "/totals/persist_cpu_ns",
                                "/block_ns/p50",
                                "/block_ns/p99",
                                "/steady_state/known",
                                "/limiter/limit",
                                "/limiter/sentence",
                                "/ledger/verdict",
                                "/ledger/file",
                                "/counters/reads",
                                "/counters/writes",
                                "/counters/hash_permutations",
                                "/counters/logical_bytes",
                                "/counters/device_write_bytes",
                                "/counters/peak_rss_bytes",
                                "/counters/user_cpu_ns",
                                "/counters/system_cpu_ns",
                                "/counters_at_end/reads",
                                "/hashing/hash_floor_ns",
                                "/hashing/merkleize_over_floor",
                                "/load/keys_per_s",
                                "/load/peak_rss_bytes",
                                "/harness/other_ns_per_transaction",
                                "/harness/untimed_ns",
                                "/harness/clock_read_ns",
                                "/machine/cpu_model",
                                "/machine/kernel",
                                "/storage/file_system",
                                "/storage/mount_options",
                                "/build/git_revision",
                                "/build/git_dirty",
                                "/build/compiler",
                                "/build/flags",
                                "/build/libraries/0/version",
                                "/build/libraries/0/release",
                                "/blocks/0/number",
                                "/blocks/7/execute_ns",
                                "/blocks/7/state_hash_ms",
                                "/blocks/7/counters/reads",
                                "/blocks/7/root"}) {
        EXPECT_TRUE(json.contains(nlohmann::json::json_pointer(pointer))) << pointer;
    }
    EXPECT_EQ(json["schema_version"], kResultSchemaVersion);
    EXPECT_DOUBLE_EQ(json["totals"]["execution_ms"].get<double>() * 1e6,
                     json["totals"]["execute_ns"].get<double>());
    std::uint64_t sum = 0;
    for (const char* span : {"execute_ns", "stage_ns", "merkleize_ns", "persist_ns", "other_ns"}) {
        sum += json["totals"][span].get<std::uint64_t>();
    }
    EXPECT_EQ(sum, json["totals"]["total_ns"].get<std::uint64_t>());
}

TEST(Cell, CountersAreThoseOfTheMeasuredBlocks) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder));
    std::int64_t reads = 0;
    for (const BlockRecord& block : record.blocks) {
        reads += block.counters.at("reads");
    }
    EXPECT_GT(reads, 0);
    EXPECT_EQ(record.counter("reads"), reads);
    EXPECT_GT(record.counters_at_end.at("reads"), reads) << "the warm-up's reads are in this one";
    // The backend has a counter of the same name, which stands at 5 all the time.
    EXPECT_EQ(record.counters_at_end.at("backend_reads"), 5);
    EXPECT_EQ(record.counter("backend_reads"), 0);
    EXPECT_EQ(record.hash_permutation_ns(), 0.5);
    EXPECT_EQ(record.hash_floor_ns(),
              0.5 * static_cast<double>(*record.counter("hash_permutations")));
}

TEST(Cell, EveryRunAddsALine) {
    const TestFolder folder;
    EXPECT_EQ(must_run(toy_request(folder)).exit_code(), 0);
    EXPECT_EQ(must_run(toy_request(folder)).exit_code(), 0);
    EXPECT_EQ(result_lines(folder).size(), 2U);
}

TEST(Cell, TheLedgerIsMadeOnceAndExtended) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    must_run(request);
    // The ledger knows these blocks: the reference is not asked again.
    request.reference = executor_choice("refusing");
    EXPECT_EQ(must_run(request).exit_code(), 0);
    request.blocks = 9;
    EXPECT_THAT(must_fail(request).message, HasSubstr("nobody was to ask"));
    request.reference = executor_choice("sequential");
    EXPECT_EQ(must_run(request).ledger.blocks_checked, 11U);
    const auto ledger =
        read_ledger(ledger_of(request), {request.workload.canonical(), 11, "", "sequential"});
    ASSERT_TRUE(ledger.ok());
    EXPECT_EQ((*ledger)->blocks.size(), 11U);
    EXPECT_EQ((*ledger)->roots.at("toy").size(), 12U);
}

TEST(Cell, ReplayCommitsToTheSameRoots) {
    const TestFolder folder;
    const RunRecord executed = must_run(toy_request(folder, "toy", "sequential"));
    const RunRecord replayed = must_run(toy_request(folder, "toy", "replay"));
    EXPECT_EQ(replayed.exit_code(), 0) << replayed.ledger.reason;
    ASSERT_EQ(replayed.blocks.size(), executed.blocks.size());
    for (std::size_t i = 0; i < executed.blocks.size(); ++i) {
        EXPECT_EQ(replayed.blocks[i].root, executed.blocks[i].root);
        EXPECT_EQ(replayed.blocks[i].changes, executed.blocks[i].changes);
        EXPECT_EQ(replayed.blocks[i].failed, executed.blocks[i].failed);
    }
    EXPECT_EQ(replayed.counter("reads"), 0) << "the backend's; replay reads nothing";
}

TEST(Cell, AnExecutorThatAsksForAccessSetsReceivesThemWithEveryBlock) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy", "declared"));
    EXPECT_EQ(record.exit_code(), 0) << record.ledger.reason;
    EXPECT_EQ(record.ledger.blocks_checked, 10U);
    // The ledger covers all blocks by now: they are recorded anew all the same.
    EXPECT_EQ(must_run(toy_request(folder, "toy", "declared")).exit_code(), 0);
}

TEST(Cell, ReopeningBetweenBlocksChangesNoRoot) {
    const TestFolder folder;
    const RunRecord plain = must_run(toy_request(folder));
    RunRequest request = toy_request(folder);
    request.reopen_between_blocks = true;
    const RunRecord reopened = must_run(request);
    EXPECT_EQ(reopened.exit_code(), 0) << reopened.ledger.reason;
    EXPECT_EQ(reopened.cache_state, "cold");
    EXPECT_EQ(reopened.counters_at_end.at("reopened"), 9) << "after each of 10 blocks but the last";
    EXPECT_EQ(reopened.blocks.back().root, plain.blocks.back().root);
    EXPECT_EQ(reopened.counter("reads"), plain.counter("reads"));
}

TEST(Cell, ASchemeWithoutReferenceTreeSaysThatItsRootsAreNotChecked) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy:fault=no_tree"));
    EXPECT_EQ(record.exit_code(), 0);
    EXPECT_FALSE(record.ledger.roots_checked);
    EXPECT_THAT(render_table(record),
                HasSubstr("no reference tree for unheard-of: roots NOT checked"));
}

TEST(Cell, AFiniteWorkloadIsRunToItsEndByDefault) {
    const TestFolder folder;
    RunRequest request = toy_request(folder, "toy", "sequential", "toy:limit=9");
    request.blocks.reset();
    request.warmup_blocks.reset();
    const RunRecord record = must_run(request);
    EXPECT_EQ(record.warmup_blocks, 2U);
    EXPECT_EQ(record.blocks.size(), 7U);
}

}  // namespace
}  // namespace commitbench::testing
