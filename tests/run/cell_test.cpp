// SPDX-License-Identifier: Apache-2.0
// A whole run with toy components: what it writes down, and that what is wrong is found.
#include "harness/run/backend_twins.hpp"
#include "harness/run/ledger.hpp"
#include "harness/run/result_line.hpp"
#include "harness/run/table.hpp"
#include "harness/runtime/worker_pool.hpp"
#include "tests/run/toy_components.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commitbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

RunRecord must_run(const RunRequest& request) {
    auto record = run_cell(request);
    if (!record) {
        ADD_FAILURE() << record.error().message;
        std::abort();
    }
    return std::move(*record);
}

Error must_fail(const RunRequest& request) {
    auto record = run_cell(request);
    EXPECT_FALSE(record.ok());
    return record.ok() ? Error{} : record.error();
}

std::filesystem::path ledger_of(const RunRequest& request) {
    const LedgerIdentity identity{request.workload.canonical(), request.seed, "", "sequential"};
    return request.results / "ledgers" / identity.file_name();
}

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

// --- void runs ---

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

TEST(Cell, ASchemeWithoutReferenceTreeSaysThatItsRootsAreNotChecked) {
    const TestFolder folder;
    const RunRecord record = must_run(toy_request(folder, "toy:fault=no_tree"));
    EXPECT_EQ(record.exit_code(), 0);
    EXPECT_FALSE(record.ledger.roots_checked);
    EXPECT_THAT(render_table(record),
                HasSubstr("no reference tree for unheard-of: roots NOT checked"));
}

// --- ledger files ---

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

// --- interrupts ---

TEST(Interrupt, WhileRunningSaysWhatIsKept) {
    const TestFolder folder;
    const RunRequest request = toy_request(folder, "toy", "sequential", "toy:interrupt_at=6");
    // The ledger's process sees its own copy of the flag, set while it makes block 6.
    Error error = must_fail(request);
    EXPECT_EQ(error.code, ErrorCode::interrupted);
    EXPECT_THAT(error.message, HasSubstr("while making the ledger"));
    EXPECT_FALSE(std::filesystem::exists(ledger_of(request))) << "no half ledger";

    // With a ledger of these blocks at hand, the run itself is what is interrupted.
    RunRequest quiet = request;
    quiet.interrupt = nullptr;
    must_run(quiet);
    toy_interrupt() = false;
    error = must_fail(request);
    EXPECT_EQ(error.code, ErrorCode::interrupted);
    EXPECT_THAT(error.message,
                AllOf(HasSubstr("after 6 of 10 blocks"), HasSubstr("earlier lines")));
    EXPECT_EQ(result_lines(folder).size(), 1U) << "the whole run's";
}

TEST(Interrupt, WhileLoadingSaysWhatIsKept) {
    const TestFolder folder;
    const RunRequest request = toy_request(folder);
    must_run(request);
    toy_interrupt() = true;
    const Error error = must_fail(request);
    toy_interrupt() = false;
    EXPECT_EQ(error.code, ErrorCode::interrupted);
    EXPECT_THAT(error.message, HasSubstr("no result line is written"));
}

// --- bad input and failures ---

TEST(BadInput, MoreBlocksThanThereAre) {
    const TestFolder folder;
    const Error error = must_fail(toy_request(folder, "toy", "sequential", "toy:limit=9"));
    EXPECT_EQ(error.code, ErrorCode::bad_input);
    EXPECT_THAT(error.message, AllOf(HasSubstr("2 warm-up and 8 measured"), HasSubstr("9")));
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

TEST(BadInput, NoBlocks) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    request.blocks = 0;
    EXPECT_EQ(must_fail(request).code, ErrorCode::bad_input);
}

TEST(BadInput, ResultsThatCannotBeWritten) {
    const TestFolder folder;
    std::ofstream(folder.path() / "results") << "a file";
    const Error error = must_fail(toy_request(folder));
    EXPECT_EQ(error.code, ErrorCode::bad_input);
    EXPECT_THAT(error.message, HasSubstr("results"));
}

TEST(BadInput, AKeyThatComesTwice) {
    const TestFolder folder;
    const Error error = must_fail(toy_request(folder, "toy", "sequential", "toy:repeat_key=on"));
    EXPECT_EQ(error.code, ErrorCode::bad_input);
    EXPECT_THAT(error.message, AllOf(HasSubstr("entries 0 and 1"), HasSubstr("twice")));
}

TEST(BadInput, ABackendThatHoldsAStateAlready) {
    const TestFolder folder;
    EXPECT_EQ(must_fail(toy_request(folder, "toy:fault=not_empty")).code, ErrorCode::bad_input);
}

TEST(BadInput, FoldersThatAreNotToBeEmptied) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    request.directory = folder.path() / "data";
    std::filesystem::create_directory(request.directory);
    std::ofstream(request.directory / "precious") << "text";
    EXPECT_THAT(must_fail(request).message, HasSubstr("holds no state of this program"));
    request.overwrite = true;
    EXPECT_THAT(must_fail(request).message, HasSubstr("holds no state of this program"));
    EXPECT_TRUE(std::filesystem::exists(request.directory / "precious"));
    request.is_data_folder = [](const std::filesystem::path&) { return true; };
    request.overwrite = false;
    EXPECT_THAT(must_fail(request).message, HasSubstr("--overwrite"));
    EXPECT_TRUE(std::filesystem::exists(request.directory / "precious"));
    request.overwrite = true;
    EXPECT_EQ(must_run(request).exit_code(), 0);
    EXPECT_FALSE(std::filesystem::exists(request.directory / "precious"));
    EXPECT_TRUE(std::filesystem::exists(request.directory)) << "a named folder stays";
}

TEST(Failure, TheBackendsErrorIsPassedOnAndNothingIsWrittenDown) {
    const TestFolder folder;
    const Error error = must_fail(toy_request(folder, "toy:fault=full"));
    EXPECT_EQ(error.code, ErrorCode::does_not_fit);
    EXPECT_EQ(error.message, "the toy is full");
    EXPECT_TRUE(result_lines(folder).empty());
}

}  // namespace
}  // namespace commitbench::testing
