// SPDX-License-Identifier: Apache-2.0
#include "harness/core/registry.hpp"
#include "tests/executors/random_block.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

std::unique_ptr<Executor> make(std::string_view spec) {
    auto choice = choose("executor", executor_registry(), spec);
    EXPECT_TRUE(choice.ok()) << (choice.ok() ? "" : choice.error().message);
    return std::move(*choice->component->create(choice->options, {}));
}

class RecordedBlock : public ScriptBlock {
  public:
    explicit RecordedBlock(const BlockResult* result) : ScriptBlock(7, {}), result_(result) {}
    [[nodiscard]] const BlockResult* recorded() const override { return result_; }

  private:
    const BlockResult* result_;
};

TEST(Replay, HandsOutTheRecordedResultItself) {
    BlockResult result;
    result.diff.add(test_key(1), OldState::unknown, {}, as_bytes("v"));
    const auto executor = make("replay");
    EXPECT_TRUE(executor->needs_recording());
    const auto executed = executor->execute(RecordedBlock(&result));
    ASSERT_TRUE(executed.ok());
    EXPECT_EQ(*executed, &result);
}

TEST(Replay, RefusesABlockThatWasNotRecorded) {
    const auto executed = make("replay")->execute(RecordedBlock(nullptr));
    ASSERT_FALSE(executed.ok());
    EXPECT_NE(executed.error().message.find("block 7"), std::string::npos);
}

TEST(ExecutorRegistry, NamesTheNearestExecutor) {
    const auto choice = choose("executor", executor_registry(), "sequental");
    ASSERT_FALSE(choice.ok());
    EXPECT_NE(choice.error().message.find("'sequential'"), std::string::npos);
}

}  // namespace
}  // namespace commitbench::testing
