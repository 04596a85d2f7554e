// SPDX-License-Identifier: Apache-2.0
// `lock-schedule` under thousands of interleavings of small blocks in which everything is in
// everything's way, and broken copies of it, which the same walk must find out.
//
// COMMITBENCH_TEST_EXPLORATIONS=N walks about N interleavings instead of 5,000.
#include "executors/lock_schedule/lock_schedule_executor.hpp"
#include "harness/runtime/explore_pool.hpp"
#include "tests/core/from_environment.hpp"
#include "tests/executors/adversarial_blocks.hpp"
#include "tests/executors/declared_script.hpp"
#include "tests/executors/same_result.hpp"

#include <array>
#include <set>

namespace commitbench::testing {
namespace {

/// As it is, but for how long it spins: exploring the 400 looks of one worker shows nothing new.
struct Explored : SchedulerTraits {
    static constexpr std::uint32_t kLooks = 1;
};
struct ReleasesBeforeItRan : Explored {
    static constexpr bool kReleasesBeforeItRan = true;
};
struct ReleasesTwice : Explored {
    static constexpr bool kReleasesTwice = true;
};
struct LosesWakeUps : Explored {
    static constexpr bool kLosesWakeUps = true;
};

std::uint64_t interleavings() {
    return from_environment("COMMITBENCH_TEST_EXPLORATIONS", 5'000);
}

LockScheduleSettings plan(bool dedicated, ReadyOrder order, Algorithm algorithm, bool prefetch) {
    LockScheduleSettings settings;
    settings.plan = {algorithm, order, dedicated};
    settings.prefetch = prefetch;
    return settings;
}

const std::array kPlans{
    plan(false, ReadyOrder::fifo, Algorithm::graph, false),
    plan(false, ReadyOrder::fifo, Algorithm::graph, true),
    plan(false, ReadyOrder::critical_path, Algorithm::graph, false),
    plan(false, ReadyOrder::fifo, Algorithm::queues, true),
    plan(true, ReadyOrder::fifo, Algorithm::graph, false),
    plan(true, ReadyOrder::contention, Algorithm::graph, true),
    plan(true, ReadyOrder::fifo, Algorithm::queues, false),
};

/// Blocks beside the adversarial ones: diamonds, and a row of readers that a writer waits for.
std::vector<NamedBlock> blocks() {
    std::vector<NamedBlock> all = adversarial_blocks(7);
    all.push_back({"diamonds: one writer, two in the middle, one that waits for both",
                   {{{OpKind::write_fixed, 0, 1}, {OpKind::write_fixed, 1, 2}},
                    {{OpKind::read, 0, 0}, {OpKind::write_sum, 2, 3}},
                    {{OpKind::read, 1, 0}, {OpKind::write_sum, 3, 4}},
                    {{OpKind::read, 2, 0}, {OpKind::read, 3, 0}, {OpKind::write_sum, 0, 5}},
                    {{OpKind::read, 0, 0}, {OpKind::write_sum, 4, 6}},
                    {{OpKind::read, 0, 0}, {OpKind::write_sum, 5, 7}},
                    {{OpKind::read, 4, 0}, {OpKind::read, 5, 0}, {OpKind::write_sum, 0, 8}}}});
    all.push_back({"readers of a key that nobody read before, then its writer",
                   {{{OpKind::read, 0, 0}, {OpKind::write_sum, 1, 1}},
                    {{OpKind::read, 0, 0}, {OpKind::write_sum, 2, 2}},
                    {{OpKind::read, 0, 0}, {OpKind::write_sum, 3, 3}},
                    {{OpKind::write_fixed, 0, 4}},
                    {{OpKind::read, 0, 0}, {OpKind::write_sum, 1, 5}}}});
    return all;
}

/// One block with what it must come to.
struct Case {
    explicit Case(const NamedBlock& named)
        : name(named.name), state(made_up_state(3, 2)), block(1, named.transactions, state) {
        MapSource source(state);
        EXPECT_TRUE(sequential->prepare(source).ok());
        expected = *sequential->execute(block);
    }
    std::string name;
    StateMap state;
    DeclaredScript block;
    std::unique_ptr<Executor> sequential = make_executor("sequential", {});
    const BlockResult* expected = nullptr;
};

/// What went wrong under the seed that the pool has, or "".
template<class Traits>
std::string walk(ExplorePool& pool,
                 LockScheduleExecutor<ExplorePool, Traits>& executor,
                 const Case& one) {
    const auto result = executor.execute(one.block);
    if (!pool.outcome().finished()) {
        return pool.outcome().text();
    }
    return result ? difference(*one.expected, **result) : result.error().message;
}

TEST(LockScheduleExplored, EveryInterleavingComesToTheSame) {
    std::vector<std::unique_ptr<Case>> cases;
    for (const NamedBlock& named : blocks()) {
        cases.push_back(std::make_unique<Case>(named));
    }
    constexpr std::array kWorkers{2U, 3U, 4U};
    const std::uint64_t seeds =
        1 + interleavings() / (cases.size() * kPlans.size() * kWorkers.size());
    std::uint64_t walked = 0;
    std::set<std::uint64_t> different;
    for (const std::uint32_t workers : kWorkers) {
        ExplorePool pool(workers, 0);
        for (const LockScheduleSettings& settings : kPlans) {
            LockScheduleExecutor<ExplorePool, Explored> executor(pool, settings);
            for (const auto& one : cases) {
                MapSource source(one->state);
                ASSERT_TRUE(executor.prepare(source).ok());
                ASSERT_TRUE(executor.receive(one->block).ok());
                for (std::uint64_t seed = 1; seed <= seeds; ++seed, ++walked) {
                    pool.restart(seed);
                    ASSERT_EQ(walk(pool, executor, *one), "")
                        << one->name << ", " << workers << " workers, plan "
                        << (&settings - kPlans.data()) << ", seed " << seed;
                    different.insert(pool.outcome().digest);
                }
            }
        }
    }
    EXPECT_GE(walked, interleavings());
    EXPECT_GT(different.size(), walked / 2) << "the walk must not go the same way all the time";
    RecordProperty("interleavings", std::to_string(walked));
    RecordProperty("different", std::to_string(different.size()));
}

/// The seed under which `Traits` is found out, or 0.
template<class Traits>
std::uint64_t found_out(const LockScheduleSettings& settings, std::uint32_t workers) {
    constexpr std::uint64_t kBound = 200;
    std::vector<std::unique_ptr<Case>> cases;
    for (const NamedBlock& named : blocks()) {
        cases.push_back(std::make_unique<Case>(named));
    }
    for (std::uint64_t seed = 1; seed <= kBound; ++seed) {
        for (const auto& one : cases) {
            // A new one each time: what a stopped run leaves may not be used.
            ExplorePool pool(workers, seed);
            LockScheduleExecutor<ExplorePool, Traits> executor(pool, settings);
            MapSource source(one->state);
            EXPECT_TRUE(executor.prepare(source).ok());
            EXPECT_TRUE(executor.receive(one->block).ok());
            if (!walk(pool, executor, *one).empty()) {
                return seed;
            }
        }
    }
    return 0;
}

TEST(LockScheduleExplored, FindsOutBrokenCopies) {
    for (const std::uint32_t workers : {2U, 3U}) {
        EXPECT_EQ(found_out<Explored>(kPlans[0], workers), 0U) << "what is not broken";
        EXPECT_NE(found_out<ReleasesBeforeItRan>(kPlans[0], workers), 0U);
        EXPECT_NE(found_out<ReleasesTwice>(kPlans[0], workers), 0U);
        EXPECT_NE(found_out<LosesWakeUps>(kPlans[0], workers), 0U);
    }
    EXPECT_NE(found_out<LosesWakeUps>(kPlans[4], 3), 0U) << "with a scheduler of its own";
}

}  // namespace
}  // namespace commitbench::testing
