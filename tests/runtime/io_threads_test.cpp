// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/io_threads.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>

namespace commitbench::testing {
namespace {

/// Counts how often each of its calls is run.
class Counting final : public BlockingBatch {
  public:
    explicit Counting(std::size_t calls) : runs_(calls) {}
    void run(std::size_t index) noexcept override { ++runs_[index]; }
    [[nodiscard]] int runs(std::size_t index) const { return runs_[index]; }

  private:
    std::vector<std::atomic<int>> runs_;
};

TEST(IoThreads, RunEachCallOnce) {
    IoThreads threads(3);
    for (const std::size_t calls : {0U, 1U, 2U, 3U, 100U}) {
        Counting batch(calls);
        for (int round = 1; round <= 3; ++round) {
            threads.start(batch, calls);
            threads.wait(batch);
            for (std::size_t i = 0; i < calls; ++i) {
                ASSERT_EQ(batch.runs(i), round);
            }
        }
    }
}

TEST(IoThreads, ServeBatchesOfSeveralCallers) {
    constexpr std::size_t kCalls = 50;
    IoThreads threads(2);
    std::vector<std::thread> callers;
    callers.reserve(4);
    for (int caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&] {
            for (int round = 0; round < 20; ++round) {
                // Gone as soon as wait() returns.
                const auto batch = std::make_unique<Counting>(kCalls);
                threads.start(*batch, kCalls);
                threads.wait(*batch);
                for (std::size_t i = 0; i < kCalls; ++i) {
                    ASSERT_EQ(batch->runs(i), 1);
                }
            }
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }
}

TEST(IoThreads, BatchesBegunTogetherAllEnd) {
    IoThreads threads(1);
    Counting first(10);
    Counting second(10);
    threads.start(first, 10);
    threads.start(second, 10);
    threads.wait(second);
    threads.wait(first);
    EXPECT_EQ(first.runs(9) + second.runs(9), 2);
}

}  // namespace
}  // namespace commitbench::testing
