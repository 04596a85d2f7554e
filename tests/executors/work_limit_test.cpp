// SPDX-License-Identifier: Apache-2.0
// Transactions that never end, or would not on a state that no order of the transactions gives,
// under every executor and any number of workers.
#include "harness/core/registry.hpp"
#include "harness/run/observed_block.hpp"
#include "harness/runtime/worker_pool.hpp"
#include "tests/executors/same_result.hpp"
#include "tests/executors/turning_block.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

constexpr std::uint32_t kSize = 60;

std::unique_ptr<Executor> make(std::string_view spec, WorkerPool* workers) {
    auto choice = choose("executor", executor_registry(), spec);
    EXPECT_TRUE(choice.ok()) << (choice.ok() ? "" : choice.error().message);
    return std::move(*choice->component->create(choice->options, {.workers = workers}));
}

TEST(WorkLimit, TheSameTransactionsRunOutUnderEveryExecutor) {
    const StateMap first = TurningBlock::first_state();
    MapSource source(first);
    LimitedTurningBlock block(kSize, 200);
    const auto sequential = make("sequential", nullptr);
    ASSERT_TRUE(sequential->prepare(source).ok());
    AccessSetsBuilder builder;
    ASSERT_TRUE(sequential->execute(ObservedBlock(block, builder)).ok());
    block.sets = builder.finish();
    const BlockResult& expected = **sequential->execute(block);
    for (std::uint32_t index = 0; index < kSize; ++index) {
        ASSERT_EQ(expected.receipts[index] == kOutOfWorkReceipt, TurningBlock::is_endless(index));
    }
    for (const Change& change : expected.diff.changes()) {
        for (std::uint32_t index = 0; index < kSize; ++index) {
            ASSERT_TRUE(change.key != test_key(2 + index) || !TurningBlock::is_endless(index))
                << "what it wrote before does not count";
        }
    }

    for (const char* spec :
         {"block-stm", "block-stm:adaptive=off", "block-stm:adaptive=off,announce=off,hints=none",
          "block-stm:variant=paper", "block-stm:commit=end", "block-stm:adaptive=off,hints=exact",
          "lock-schedule", "lock-schedule:scheduler=dedicated,prefetch=declared"}) {
        for (const std::uint32_t workers : {1U, 2U, 3U, 8U}) {
            WorkerPool pool(workers);
            const auto executor = make(spec, &pool);
            ASSERT_TRUE(executor->prepare(source).ok());
            for (int repeat = 0; repeat < 20; ++repeat) {
                ASSERT_TRUE(executor->receive(block).ok());
                const auto executed = executor->execute(block);
                ASSERT_TRUE(executed.ok()) << executed.error().message;
                ASSERT_EQ(difference(expected, **executed), "") << spec << ", " << workers;
            }
        }
    }
}

}  // namespace
}  // namespace commitbench::testing
