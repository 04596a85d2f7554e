// SPDX-License-Identifier: Apache-2.0
// What holds on both pools, the threads' one and the explored one. Under ThreadSanitizer the
// threads' half is a stress test of waiting and waking.
#include "harness/runtime/explore_pool.hpp"
#include "harness/runtime/pool_concept.hpp"
#include "harness/runtime/worker_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>

namespace commitbench::testing {
namespace {

constexpr std::uint32_t kWorkerCounts[] = {1, 2, 3, 8, 16};

template<class P>
std::unique_ptr<P> make_pool(std::uint32_t workers) {
    if constexpr (std::is_same_v<P, ExplorePool>) {
        return std::make_unique<ExplorePool>(workers, workers);
    } else {
        return std::make_unique<P>(workers);
    }
}

template<class P>
class EveryPool : public ::testing::Test {};
using Pools = ::testing::Types<WorkerPool, ExplorePool>;
TYPED_TEST_SUITE(EveryPool, Pools);

TYPED_TEST(EveryPool, RunsEachWorkerOnce) {
    for (const std::uint32_t workers : kWorkerCounts) {
        const auto pool = make_pool<TypeParam>(workers);
        ASSERT_EQ(pool->workers(), workers);
        std::vector<std::atomic<int>> runs(workers);
        for (int round = 1; round <= 50; ++round) {
            ASSERT_TRUE(pool->run([&](auto& worker) {
                worker.step();
                ++runs[worker.index()];
            }));
            for (const auto& count : runs) {
                ASSERT_EQ(count, round);
            }
        }
    }
}

/// All workers must run at once: each waits for all others in every round, awake or asleep.
TYPED_TEST(EveryPool, WorkersCanWaitForEachOther) {
    for (const std::uint32_t workers : kWorkerCounts) {
        const auto pool = make_pool<TypeParam>(workers);
        std::atomic<std::uint32_t> arrived{0};
        std::atomic<std::uint32_t> round{0};
        ASSERT_TRUE(pool->run([&](auto& worker) {
            for (std::uint32_t now = 0; now < 100; ++now) {
                worker.step();
                if (arrived.fetch_add(1) + 1 == workers) {
                    arrived.store(0);
                    worker.step();
                    round.fetch_add(1);
                    worker.wake_all(round);
                } else if (worker.index() % 2 == 0) {
                    worker.wait(round, now);
                } else {
                    while (round.load() == now) {
                        worker.relax();
                    }
                }
            }
        })) << workers;
        EXPECT_EQ(round, 100U);
    }
}

/// A token goes round; whoever has it wakes the next one and nobody else.
TYPED_TEST(EveryPool, NoWakeUpIsLost) {
    for (const std::uint32_t workers : kWorkerCounts) {
        const auto pool = make_pool<TypeParam>(workers);
        std::vector<std::atomic<std::uint32_t>> tokens(workers);
        const std::uint32_t rounds = 2'000 / workers;
        tokens[0] = 1;
        ASSERT_TRUE(pool->run([&](auto& worker) {
            auto& mine = tokens[worker.index()];
            auto& next = tokens[(worker.index() + 1) % workers];
            for (std::uint32_t round = 0; round < rounds; ++round) {
                worker.wait(mine, round);
                worker.step();
                next.fetch_add(1);
                worker.wake_one(next);
            }
        })) << workers;
        EXPECT_EQ(tokens[0], rounds + 1);
    }
}

/// wake_one wakes one of those who sleep; every waiter takes one ticket, so as many changes and
/// wake-ups as waiters let all of them through.
TYPED_TEST(EveryPool, OneWakeUpForEachWaiterIsEnough) {
    for (const std::uint32_t workers : kWorkerCounts) {
        const auto pool = make_pool<TypeParam>(workers);
        std::atomic<std::uint32_t> tickets{0};
        std::atomic<std::uint32_t> taken{0};
        ASSERT_TRUE(pool->run([&](auto& worker) {
            if (worker.index() == 0) {
                for (std::uint32_t i = 1; i < workers; ++i) {
                    worker.step();
                    tickets.fetch_add(1);
                    worker.wake_one(tickets);
                }
                return;
            }
            for (;;) {
                worker.step();
                std::uint32_t there = tickets.load();
                if (there == 0) {
                    worker.wait(tickets, 0);
                } else if (worker.step(); tickets.compare_exchange_strong(there, there - 1)) {
                    ++taken;
                    return;
                }
            }
        })) << workers;
        EXPECT_EQ(taken, workers - 1);
    }
}

TEST(WorkerPool, ForEachTakesEveryItemOnce) {
    for (const std::uint32_t workers : kWorkerCounts) {
        WorkerPool pool(workers);
        for (const std::size_t count : {0U, 1U, 2U, 1'000U}) {
            std::vector<std::atomic<int>> taken(count);
            pool.for_each(count, [&](std::size_t item, std::uint32_t worker) {
                ASSERT_LT(worker, workers);
                ++taken[item];
            });
            for (const auto& times : taken) {
                ASSERT_EQ(times, 1);
            }
        }
    }
}

TEST(WorkerPool, WakesWorkersThatFellAsleepBetweenRounds) {
    WorkerPool pool(3);
    std::atomic<std::uint32_t> runs{0};
    for (int round = 0; round < 20; ++round) {
        if (round % 2 == 0) {  // the run itself has to wake them otherwise
            pool.rouse();
        }
        pool.run([&](NativeWorker&) { ++runs; });
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_EQ(runs, 60U);
}

/// A pool on another pool's threads, as a plug-in has it.
TEST(WorkerPool, RunsOnLentThreads) {
    for (const std::uint32_t workers : {1U, 2U, 3U}) {
        struct Lender {
            WorkerPool pool;
            std::uint32_t roused = 0;
        } lender{.pool = WorkerPool(workers)};
        WorkerPool pool(LentWorkers{
            .workers = workers,
            .context = &lender,
            .run =
                [](void* context, void (*body)(void*, std::uint32_t), void* argument) {
                    static_cast<Lender*>(context)->pool.run(
                        [&](const NativeWorker& worker) { body(argument, worker.index()); });
                },
            .rouse = [](void* context) { ++static_cast<Lender*>(context)->roused; }});
        EXPECT_EQ(pool.workers(), workers);
        EXPECT_FALSE(pool.placement().pinned());
        std::vector<std::uint32_t> taken(workers, 0);
        for (int round = 0; round < 3; ++round) {
            pool.rouse();
            pool.run([&](const NativeWorker& worker) { ++taken[worker.index()]; });
        }
        EXPECT_THAT(taken, ::testing::Each(3U));
        EXPECT_EQ(lender.roused, 3U);
        std::atomic<std::uint32_t> items{0};
        pool.for_each(100, [&](std::size_t, std::uint32_t) { ++items; });
        EXPECT_EQ(items, 100U);
    }
}

/// What the caller wrote before a run the workers see, and the other way round, without atomics.
TEST(WorkerPool, RunsHandOverPlainMemory) {
    for (const std::uint32_t workers : {2U, 3U, 8U}) {
        WorkerPool pool(workers);
        std::uint64_t given = 0;
        std::vector<std::uint64_t> taken(workers, 0);
        for (std::uint64_t round = 1; round <= 500; ++round) {
            given = round;
            pool.run([&](const NativeWorker& worker) { taken[worker.index()] += given; });
            if (round % 100 == 0) {  // so that some of them fall asleep
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        }
        EXPECT_THAT(taken, ::testing::Each(500U * 501U / 2));
    }
}

TEST(WorkerPool, CallerWaitsForSlowWorkers) {
    WorkerPool pool(2);
    for (int round = 0; round < 10; ++round) {
        bool done = false;
        pool.run([&](const NativeWorker& worker) {
            if (worker.index() == 1) {
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
                done = true;
            }
        });
        ASSERT_TRUE(done);
    }
}

}  // namespace
}  // namespace commitbench::testing
