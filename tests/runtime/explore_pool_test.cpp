// SPDX-License-Identifier: Apache-2.0
// The explorer finds what is planted, and shows it again under the same seed.
#include "harness/runtime/explore_pool.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <set>

namespace commitbench::testing {
namespace {

constexpr std::uint64_t kSeeds = 200;
constexpr ExploreStrategy kStrategies[] = {ExploreStrategy::mixed, ExploreStrategy::uniform,
                                           ExploreStrategy::priorities};

/// Two increments of each worker that are a load and a store: the sum at the end.
std::uint32_t torn_increments(ExplorePool& pool) {
    std::atomic<std::uint32_t> sum{0};
    EXPECT_TRUE(pool.run([&](const ExploreWorker& worker) {
        for (int i = 0; i < 2; ++i) {
            worker.step();
            const std::uint32_t seen = sum.load();
            worker.step();
            sum.store(seen + 1);
        }
    }));
    return sum;
}

TEST(ExplorePool, FindsTornIncrements) {
    for (const ExploreStrategy strategy : kStrategies) {
        ExplorePool pool(3, 0, {.strategy = strategy});
        std::set<std::uint32_t> sums;
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
            pool.restart(seed);
            sums.insert(torn_increments(pool));
        }
        EXPECT_THAT(sums, ::testing::IsSupersetOf({3U, 4U, 6U}));
        EXPECT_GE(*sums.begin(), 2U);  // no order of steps makes less of it
        EXPECT_LE(*sums.rbegin(), 6U);
    }
}

TEST(ExplorePool, SystematicOrdersAreAllThereAreAndEachOnce) {
    // Two workers with four steps each and no interruption: who begins. With one: also at which of
    // the steps the first is interrupted, but for one who is interrupted after it began second.
    for (const std::uint32_t interruptions : {0U, 1U, 2U, 8U}) {
        ExplorePool pool(2, 0,
                         {.strategy = ExploreStrategy::systematic, .interruptions = interruptions});
        std::set<std::uint64_t> digests;
        std::set<std::uint32_t> sums;
        std::uint64_t orders = 0;
        for (pool.restart(0); !pool.exhausted(); pool.restart(1)) {
            sums.insert(torn_increments(pool));
            digests.insert(pool.outcome().digest);
            ++orders;
        }
        EXPECT_EQ(orders, digests.size()) << interruptions;
        switch (interruptions) {
            case 0:
                EXPECT_EQ(orders, 2U);
                EXPECT_THAT(sums, ::testing::ElementsAre(4U));
                break;
            case 1:
                EXPECT_EQ(orders, 2U + 2U * 4U);
                EXPECT_THAT(sums, ::testing::ElementsAre(2U, 4U));
                break;
            case 8:
                EXPECT_THAT(sums, ::testing::ElementsAre(2U, 3U, 4U));
                break;
            default:
                EXPECT_GT(orders, 10U);
        }
    }
}

TEST(ExplorePool, IncrementsInOneStepAreNeverTorn) {
    ExplorePool pool(4, 0);
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        pool.restart(seed);
        std::atomic<std::uint32_t> sum{0};
        ASSERT_TRUE(pool.run([&](const ExploreWorker& worker) {
            for (int i = 0; i < 5; ++i) {
                worker.step();
                sum.fetch_add(1);
            }
        }));
        ASSERT_EQ(sum, 20U) << pool.outcome().text();
    }
}

/// Takes two locks, workers of odd number in the other order.
bool lock_both(ExplorePool& pool) {
    std::atomic<std::uint32_t> locks[2] = {0, 0};
    const auto lock = [](const ExploreWorker& worker, std::atomic<std::uint32_t>& word) {
        for (;;) {
            worker.step();
            if (word.exchange(1) == 0) {
                return;
            }
            worker.wait(word, 1);
        }
    };
    return pool.run([&](const ExploreWorker& worker) {
        const std::uint32_t first = worker.index() % 2;
        lock(worker, locks[first]);
        lock(worker, locks[1 - first]);
        for (std::atomic<std::uint32_t>& word : locks) {
            worker.step();
            word.store(0);
            worker.wake_one(word);
        }
    });
}

TEST(ExplorePool, FindsADeadlock) {
    for (const ExploreStrategy strategy : kStrategies) {
        ExplorePool pool(2, 0, {.strategy = strategy});
        int deadlocks = 0;
        int ends = 0;
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
            pool.restart(seed);
            if (lock_both(pool)) {
                ++ends;
                ASSERT_TRUE(pool.outcome().finished());
                continue;
            }
            ++deadlocks;
            const ExploreOutcome outcome = pool.outcome();
            ASSERT_EQ(outcome.end, ExploreEnd::deadlock);
            ASSERT_THAT(outcome.sleeping, ::testing::ElementsAre(0, 1));
            ASSERT_EQ(outcome.text(),
                      fmt::format("seed {}: deadlock after {} steps; workers 0, 1 wait for a "
                                  "wake-up that never comes",
                                  seed, outcome.steps));
        }
        EXPECT_GT(deadlocks, 0);
        EXPECT_GT(ends, 0);
    }
}

/// Worker 1 sets the flag and, by mistake, wakes nobody.
TEST(ExplorePool, FindsAForgottenWakeUp) {
    for (const ExploreStrategy strategy : kStrategies) {
        ExplorePool pool(2, 0, {.strategy = strategy});
        std::set<ExploreEnd> ends;
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
            pool.restart(seed);
            std::atomic<std::uint32_t> flag{0};
            pool.run([&](const ExploreWorker& worker) {
                if (worker.index() == 0) {
                    worker.wait(flag, 0);
                } else {
                    worker.step();
                    flag.store(1);
                }
            });
            ends.insert(pool.outcome().end);
        }
        EXPECT_THAT(ends, ::testing::ElementsAre(ExploreEnd::finished, ExploreEnd::deadlock));
    }
}

/// Each raises its flag and then waits, busily, for the other's to be down: for ever where both are
/// up.
TEST(ExplorePool, FindsALivelock) {
    for (const ExploreStrategy strategy : kStrategies) {
        ExplorePool pool(2, 0, {.steps = 2'000, .strategy = strategy});
        std::set<ExploreEnd> ends;
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
            pool.restart(seed);
            std::atomic<bool> wants[2] = {false, false};
            pool.run([&](const ExploreWorker& worker) {
                worker.step();
                wants[worker.index()].store(true);
                for (;;) {
                    worker.step();
                    if (!wants[1 - worker.index()].load()) {
                        break;
                    }
                    worker.relax();
                }
                worker.step();
                wants[worker.index()].store(false);
            });
            ends.insert(pool.outcome().end);
        }
        EXPECT_THAT(ends, ::testing::ElementsAre(ExploreEnd::finished, ExploreEnd::step_limit));
    }
}

TEST(ExplorePool, TheSameSeedIsTheSameInterleaving) {
    for (const ExploreStrategy strategy : kStrategies) {
        ExplorePool pool(3, 0, {.strategy = strategy});
        std::set<std::uint64_t> digests;
        for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
            pool.restart(seed);
            const std::uint32_t sum = torn_increments(pool);
            const ExploreOutcome outcome = pool.outcome();
            digests.insert(outcome.digest);

            ExplorePool fresh(3, seed, {.strategy = strategy});
            ASSERT_EQ(torn_increments(fresh), sum);
            const ExploreOutcome again = fresh.outcome();
            ASSERT_EQ(again.digest, outcome.digest);
            ASSERT_EQ(again.steps, outcome.steps);
            ASSERT_EQ(again.switches, outcome.switches);
        }
        // Half of the seeds of `mixed`, and all of `priorities`, allow few orders of so short a
        // run.
        EXPECT_GT(digests.size(), strategy == ExploreStrategy::uniform ? 150U : 10U);
    }
}

/// Also after runs that were stopped, and with several runs under one seed.
TEST(ExplorePool, AStoppedRunLeavesNothingBehind) {
    ExplorePool pool(2, 0);
    std::optional<std::uint64_t> deadlock;
    for (std::uint64_t seed = 0; seed < kSeeds && !deadlock; ++seed) {
        pool.restart(seed);
        if (!lock_both(pool)) {
            deadlock = seed;
        }
    }
    ASSERT_TRUE(deadlock);
    const std::uint64_t digest = pool.outcome().digest;
    bool ran = false;
    EXPECT_FALSE(pool.run([&](const ExploreWorker&) { ran = true; }));
    EXPECT_FALSE(ran);

    pool.restart(5);
    EXPECT_TRUE(pool.run([](const ExploreWorker& worker) { worker.step(); }));
    EXPECT_TRUE(pool.run([](const ExploreWorker& worker) { worker.relax(); }));
    EXPECT_TRUE(pool.outcome().finished());
    EXPECT_EQ(pool.outcome().steps, 4U);
    EXPECT_THAT(pool.outcome().sleeping, ::testing::IsEmpty());

    pool.restart(*deadlock);
    EXPECT_FALSE(lock_both(pool));
    EXPECT_EQ(pool.outcome().digest, digest);
}

TEST(ExplorePool, OneWorkerThatWaitsForItselfIsADeadlock) {
    ExplorePool pool(1, 1);
    const std::atomic<std::uint32_t> word{0};
    EXPECT_FALSE(pool.run([&](const ExploreWorker& worker) { worker.wait(word, 0); }));
    EXPECT_EQ(pool.outcome().end, ExploreEnd::deadlock);
}

/// What a task holds on its stack when it is stopped is lost, not freed twice and no leak that
/// counts.
TEST(ExplorePool, StoppedTasksMayOwnMemory) {
    ExplorePool pool(2, 0);
    const std::atomic<std::uint32_t> word{0};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        pool.restart(seed);
        EXPECT_FALSE(pool.run([&](const ExploreWorker& worker) {
            const std::vector<std::string> owned(10, std::string(100, 'x'));
            worker.wait(word, 0);
            ADD_FAILURE() << owned[0];
        }));
    }
}

/// Both orders of any two steps occur, next to each other and with others between.
TEST(ExplorePool, UniformOrdersAreUniform) {
    ExplorePool pool(2, 0, {.strategy = ExploreStrategy::uniform});
    std::array<int, 6> seen{};
    constexpr int kRuns = 6'000;
    for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
        pool.restart(seed);
        std::string order;
        ASSERT_TRUE(pool.run([&](const ExploreWorker& worker) {
            for (int i = 0; i < 2; ++i) {
                worker.step();
                order += worker.index() == 0 ? 'a' : 'b';
            }
        }));
        constexpr std::array<std::string_view, 6> kOrders{"aabb", "abab", "abba",
                                                          "baab", "baba", "bbaa"};
        const auto* place = std::ranges::find(kOrders, order);
        ASSERT_NE(place, kOrders.end()) << order;
        ++seen[static_cast<std::size_t>(place - kOrders.begin())];
    }
    for (const int times : seen) {
        EXPECT_GT(times, kRuns / 20);
    }
}

}  // namespace
}  // namespace commitbench::testing
