// SPDX-License-Identifier: Apache-2.0
// Transactions that never end, or would not on a state that no order of the transactions gives,
// under every executor and any number of workers.
#include "harness/core/work_limit.hpp"

#include "harness/core/registry.hpp"
#include "harness/run/observed_block.hpp"
#include "harness/runtime/worker_pool.hpp"
#include "tests/executors/random_block.hpp"
#include "tests/executors/same_result.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

constexpr std::uint32_t kSize = 60;
constexpr std::uint64_t kLimit = 200;

/// Keys 0 and 1 point at each other or at the end: one at the other, and that one at the end. Each
/// transaction goes from key 0 or 1 to the end, and turns both around, so that in every order there
/// is an end; but who sees one key from before a turn and the other from after may go round for
/// ever. Every seventh transaction never ends, whatever it sees.
class TurningBlock final : public Block {
  public:
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override { return kSize; }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        std::uint64_t at = index % 2;
        std::uint64_t steps = 0;
        while (at < 2) {
            const StateRead read = state.read(test_key(at));
            if (read.state == ReadState::stop) {
                return {};
            }
            at = counter_of(read);
            ++steps;
        }
        const std::uint64_t other = index % 7 == 3 ? 0 : 1;
        state.write(test_key(2 + index), counter_value(steps));
        while (other == 0) {
            if (state.read(test_key(index % 5)).state == ReadState::stop || !state.spend(1)) {
                return {};
            }
        }
        return turn(index, state, steps);
    }

  private:
    static Receipt turn(std::uint32_t index, StateAccess& state, std::uint64_t steps) {
        // Who points at the end now points at the other.
        const StateRead zero = state.read(test_key(0));
        if (zero.state == ReadState::stop) {
            return {};
        }
        const bool zero_ends = counter_of(zero) == 2;
        state.write(test_key(0), counter_value(zero_ends ? 1 : 2));
        state.write(test_key(1), counter_value(zero_ends ? 2 : 0));
        return {TxStatus::ok, steps * 1000 + index};
    }
};

/// Counts who ran out of work, also in executions that came to nothing; has access sets.
class CountingBlock final : public Block {
  public:
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override { return kSize; }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        const Receipt receipt = block_.execute(index, state);
        ran_out += receipt == kOutOfWorkReceipt ? 1U : 0U;
        return receipt;
    }
    [[nodiscard]] const AccessSets* access_sets() const override { return &sets; }

    AccessSets sets;
    mutable std::atomic<std::uint64_t> ran_out{0};

  private:
    LimitedBlock block_{std::make_unique<TurningBlock>(), kLimit};
};

std::unique_ptr<Executor> make(std::string_view spec, WorkerPool* workers) {
    auto choice = choose("executor", executor_registry(), spec);
    EXPECT_TRUE(choice.ok()) << (choice.ok() ? "" : choice.error().message);
    return std::move(*choice->component->create(choice->options, {.workers = workers}));
}

TEST(WorkLimit, TheSameTransactionsRunOutUnderEveryExecutor) {
    const StateMap state{{test_key(0), Bytes(8, 0)}, {test_key(1), Bytes(8, 0)}};
    StateMap first = state;
    first[test_key(0)].back() = 1;
    first[test_key(1)].back() = 2;
    MapSource source(first);
    CountingBlock block;
    const auto sequential = make("sequential", nullptr);
    ASSERT_TRUE(sequential->prepare(source).ok());
    AccessSetsBuilder builder;
    ASSERT_TRUE(sequential->execute(ObservedBlock(block, builder)).ok());
    block.sets = builder.finish();
    const BlockResult& expected = **sequential->execute(block);
    std::uint32_t failed = 0;
    for (std::uint32_t index = 0; index < kSize; ++index) {
        ASSERT_EQ(expected.receipts[index] == kOutOfWorkReceipt, index % 7 == 3);
        failed += expected.receipts[index].status == TxStatus::failed ? 1U : 0U;
    }
    for (const Change& change : expected.diff.changes()) {
        for (std::uint32_t index = 3; index < kSize; index += 7) {
            ASSERT_NE(change.key, test_key(2 + index)) << "what it wrote before does not count";
        }
    }

    for (const char* spec :
         {"block-stm", "block-stm:adaptive=off", "block-stm:adaptive=off,announce=off,hints=none",
          "block-stm:variant=paper", "block-stm:commit=end", "block-stm:adaptive=off,hints=exact",
          "lock-schedule", "lock-schedule:scheduler=dedicated,prefetch=declared"}) {
        std::uint64_t in_vain = 0;
        for (const std::uint32_t workers : {1U, 2U, 3U, 8U}) {
            WorkerPool pool(workers);
            const auto executor = make(spec, &pool);
            ASSERT_TRUE(executor->prepare(source).ok());
            for (int repeat = 0; repeat < 20; ++repeat) {
                block.ran_out = 0;
                ASSERT_TRUE(executor->receive(block).ok());
                const auto executed = executor->execute(block);
                ASSERT_TRUE(executed.ok()) << executed.error().message;
                ASSERT_EQ(difference(expected, **executed), "") << spec << ", " << workers;
                in_vain += block.ran_out - failed;
            }
        }
        ::testing::Test::RecordProperty(spec, std::to_string(in_vain));
    }
}

}  // namespace
}  // namespace commitbench::testing
