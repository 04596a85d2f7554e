// SPDX-License-Identifier: Apache-2.0
// Runs with the components that are registered: every backend on one workload, each store, reopened
// and not.
#include "harness/run/cell.hpp"
#include "harness/run/table.hpp"
#include "tests/run/toy_components.hpp"

#include <gtest/gtest.h>
#include <set>

namespace commitbench::testing {
namespace {

template<class C>
Choice<C> must_choose(std::string_view kind, std::span<const C> registry, std::string_view spec) {
    auto choice = choose(kind, registry, spec);
    if (!choice) {
        ADD_FAILURE() << choice.error().message;
        std::abort();
    }
    return std::move(*choice);
}

RunRequest request_of(const TestFolder& folder,
                      std::string_view backend,
                      std::string_view executor) {
    return RunRequest{
        .executor = executor_choice(executor),
        .backend = must_choose("backend", backend_registry(), backend),
        .workload = must_choose("workload", workload_registry(),
                                "transfer:accounts=3000,block-size=200,overdraft-share=0.1"),
        .reference = executor_choice("sequential"),
        .blocks = 4,
        .warmup_blocks = 1,
        .memory_budget = std::uint64_t{64} << 20,
        .directory = {},
        .results = folder.path() / "results",
        .ledgers = {},
        .command = {}};
}

class EveryBackend : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryBackend, IsValidReopenedAndReplayed) {
    const TestFolder folder;
    std::string last_root;
    for (const bool reopen : {false, true}) {
        for (const char* executor : {"sequential", "replay", "lock-schedule"}) {
            SCOPED_TRACE(::testing::Message() << executor << (reopen ? ", reopened" : ""));
            RunRequest request = request_of(folder, GetParam(), executor);
            request.reopen_between_blocks = reopen;
            request.durability = reopen ? Durability::block : Durability::none;
            const auto record = run_cell(request);
            ASSERT_TRUE(record.ok()) << record.error().message;
            EXPECT_EQ(record->exit_code(), 0) << record->ledger.reason;
            ASSERT_EQ(record->blocks.size(), 4U);
            EXPECT_EQ(record->transactions(), 800U);
            EXPECT_GT(record->failed(), 0U) << "a tenth is overdrawn";
            const std::string& root = record->blocks.back().root;
            EXPECT_EQ(root.empty(), record->scheme == "none");
            EXPECT_EQ(record->ledger.roots_checked, record->scheme != "none");
            EXPECT_TRUE(last_root.empty() || root == last_root);
            last_root = root;
        }
    }
    EXPECT_EQ(result_lines(folder).size(), 6U);
}

TEST_P(EveryBackend, TakesRepeatedExecutionsAndTwins) {
    for (const char* executor : {"sequential", "replay", "lock-schedule", "block-stm"}) {
        SCOPED_TRACE(executor);
        const TestFolder folder;
        RunRequest request = request_of(folder, GetParam(), executor);
        request.execute_times = 3;
        request.commit_times = 2;
        request.workers = 2;
        request.durability = Durability::block;
        const auto record = run_cell(request);
        ASSERT_TRUE(record.ok()) << record.error().message;
        EXPECT_EQ(record->exit_code(), 0) << record->ledger.reason;
        EXPECT_EQ(record->transactions(), 800U);
    }
}

INSTANTIATE_TEST_SUITE_P(Registered,
                         EveryBackend,
                         ::testing::Values("null",
                                           "flat:store=memory",
                                           "flat:store=lmdb",
                                           "flat:store=rocksdb",
                                           "lthash:store=memory",
                                           "lthash:store=lmdb",
                                           "lthash:store=rocksdb",
                                           "mpt:store=memory",
                                           "mpt:store=lmdb",
                                           "mpt:store=rocksdb",
                                           "mpt:store=memory,secure=on",
                                           "mpt:lanes=on",
                                           "mpt:hash=blake3",
                                           "mpt:hash=blake3,lanes=on,secure=on"));

TEST(RealComponents, DeclaredSetsThatChangeTheOutcomeHaveALedgerOfTheirOwn) {
    const TestFolder folder;
    std::set<std::string> ledgers;
    std::optional<std::string> root;
    for (const char* executor :
         {"sequential", "lock-schedule:declared=stale", "sequential:declared=stale"}) {
        SCOPED_TRACE(executor);
        RunRequest request = request_of(folder, "mpt:store=memory", executor);
        // Poor accounts: whether a payment is covered depends on those before it.
        request.workload = must_choose("workload", workload_registry(),
                                       "transfer:accounts=50,block-size=200,balance=500");
        request.reference = executor_choice(reference_of(request.executor));
        request.workers = 3;
        const auto record = run_cell(request);
        ASSERT_TRUE(record.ok()) << record.error().message;
        EXPECT_EQ(record->exit_code(), 0) << record->ledger.reason;
        ledgers.insert(record->ledger.file);
        if (record->executor.name == "lock-schedule") {
            EXPECT_GT(record->counter("aborts"), 0);
        }
        if (root) {
            EXPECT_EQ(record->executor.spec == "sequential:declared=stale",
                      record->blocks.back().root == *root);
        }
        root = record->blocks.back().root;
    }
    EXPECT_EQ(ledgers.size(), 2U);
}

TEST(RealComponents, SaysHowMuchCouldRunAtTheSameTimeWhereItIsKnown) {
    const TestFolder folder;
    RunRequest request = request_of(folder, "null", "sequential");
    const auto unknown = run_cell(request);
    ASSERT_TRUE(unknown.ok());
    EXPECT_FALSE(unknown->parallelism().has_value());
    request.record_access_sets = true;
    const auto asked = run_cell(request);
    const auto needed = run_cell(request_of(folder, "null", "lock-schedule"));
    ASSERT_TRUE(asked.ok() && needed.ok());
    ASSERT_TRUE(asked->parallelism() && needed->parallelism());
    EXPECT_EQ(asked->parallelism()->transactions, 800U);
    EXPECT_GT(asked->parallelism()->longest_chain, 4U) << "3,000 accounts: some blocks conflict";
    EXPECT_EQ(asked->parallelism()->longest_chain, needed->parallelism()->longest_chain);
    EXPECT_EQ(static_cast<std::int64_t>(needed->parallelism()->longest_chain),
              needed->counter("longest_chain"));
    EXPECT_NE(render_table(*asked, {}).find("transactions at a time at most"), std::string::npos);
}

TEST(RealComponents, BlockStmIsValidOnEveryKindOfWorkload) {
    for (const char* workload : {"transfer:accounts=50,block-size=300,fee=write",
                                 "transfer:accounts=3000,block-size=300,fee=delta",
                                 "p2p:accounts=10,block-size=300", "kv:block-size=300"}) {
        for (const char* executor :
             {"block-stm", "block-stm:hints=exact,check=full", "block-stm:variant=paper"}) {
            SCOPED_TRACE(::testing::Message() << workload << " x " << executor);
            const TestFolder folder;
            RunRequest request = request_of(folder, "flat:store=memory", "sequential");
            request.executor = must_choose("executor", executor_registry(), executor);
            request.workload = must_choose("workload", workload_registry(), workload);
            request.workers = 3;
            const auto record = run_cell(request);
            ASSERT_TRUE(record.ok()) << record.error().message;
            EXPECT_EQ(record->exit_code(), 0) << record->ledger.reason;
        }
    }
}

TEST(RealComponents, AnExecutorThatLosesAnUpdateIsCaughtOnTheTree) {
    const TestFolder folder;
    const auto record = run_cell(request_of(folder, "mpt:store=memory", "faulty:fault=loses"));
    ASSERT_TRUE(record.ok()) << record.error().message;
    EXPECT_EQ(record->exit_code(), 1);
    EXPECT_NE(record->ledger.reason.find("block 3, key 0x"), std::string::npos)
        << record->ledger.reason;
}

TEST(RealComponents, AStateThatDoesNotFitIsTheBackendsError) {
    for (const char* backend : {"null", "flat:store=memory"}) {
        const TestFolder folder;
        RunRequest request = request_of(folder, backend, "sequential");
        // Some 110 MiB of keys and values alone; a budget below 64 MiB counts as 64.
        request.workload =
            must_choose("workload", workload_registry(), "transfer:accounts=1M,block-size=10");
        request.memory_budget = std::uint64_t{8} << 20;
        const auto record = run_cell(request);
        ASSERT_FALSE(record.ok()) << backend;
        EXPECT_EQ(record.error().code, ErrorCode::does_not_fit) << record.error().message;
        EXPECT_TRUE(result_lines(folder).empty());
    }
}

}  // namespace
}  // namespace commitbench::testing
