// SPDX-License-Identifier: Apache-2.0
// `block-stm` in interleavings that a seed chooses: thousands of them over small blocks in which
// all is in each other's way, and copies with a known mistake each, which must not get through.
#include "executors/block_stm/engine.hpp"
#include "executors/sequential/sequential_executor.hpp"
#include "harness/core/registry.hpp"
#include "harness/run/observed_block.hpp"
#include "harness/runtime/explore_pool.hpp"
#include "tests/core/from_environment.hpp"
#include "tests/executors/adversarial_blocks.hpp"
#include "tests/executors/same_result.hpp"
#include "tests/executors/turning_block.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

using block_stm::Engine;
using block_stm::NoTraps;
using block_stm::Settings;

/// COMMITBENCH_TEST_EXPLORATIONS: interleavings in all (scripts/explore).
std::uint64_t explorations() {
    return from_environment("COMMITBENCH_TEST_EXPLORATIONS", 10'000);
}

Settings settings_of(std::string_view spec) {
    auto choice = choose("executor", executor_registry(), spec);
    EXPECT_TRUE(choice.ok()) << (choice.ok() ? "" : choice.error().message);
    return block_stm::read_settings(choice->options);
}

std::uint64_t no_time() {
    return 0;
}

/// A small block, the state before it, and what must come of it.
class Scene {
  public:
    explicit Scene(NamedBlock named) : name_(std::move(named.name)) {
        for (std::uint64_t n = 0; n < 3; ++n) {
            state_[test_key(n)] = n == 0 ? Bytes(8, 1) : ScriptBlock::value_of(n);
        }
        block_.emplace(1, std::move(named.transactions));
        auto choice = choose("executor", executor_registry(), "sequential");
        sequential_ = std::move(*choice->component->create(choice->options, {}));
        EXPECT_TRUE(sequential_->prepare(source_).ok());
        AccessSetsBuilder builder;
        EXPECT_TRUE(sequential_->execute(ObservedBlock(*block_, builder)).ok());
        block_->sets = builder.finish();
        expected_ = *sequential_->execute(*block_);
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const Block& block() const { return *block_; }
    [[nodiscard]] StateSource& source() { return source_; }
    [[nodiscard]] const BlockResult& expected() const { return *expected_; }

  private:
    struct Declared final : ScriptBlock {
        using ScriptBlock::ScriptBlock;
        [[nodiscard]] const AccessSets* access_sets() const override { return &sets; }
        AccessSets sets;
    };

    std::string name_;
    StateMap state_;
    MapSource source_{state_};
    std::optional<Declared> block_;
    std::unique_ptr<Executor> sequential_;
    const BlockResult* expected_ = nullptr;
};

std::vector<std::unique_ptr<Scene>> scenes(std::uint32_t size) {
    std::vector<std::unique_ptr<Scene>> scenes;
    for (NamedBlock& named : adversarial_blocks(size)) {
        scenes.push_back(std::make_unique<Scene>(std::move(named)));
    }
    return scenes;
}

/// "" where the interleaving of `seed` gives what it must.
template<class Traps = NoTraps>
std::string explore(ExplorePool& pool,
                    std::uint64_t seed,
                    Engine<ExplorePool, Traps>& engine,
                    const Scene& scene) {
    pool.restart(seed);
    const auto executed = engine.execute(scene.block());
    if (!pool.outcome().finished()) {
        return pool.outcome().text();
    }
    const std::string what = executed.ok() ? difference(scene.expected(), **executed)
                                           : std::string(executed.error().message);
    return what.empty() ? what : pool.outcome().text() + ": " + what;
}

const char* const kSpecs[] = {
    "block-stm",
    "block-stm:adaptive=off",
    "block-stm:adaptive=off,check=full",
    "block-stm:adaptive=off,hand-off=off,validation=version",
    "block-stm:adaptive=off,announce=off,deltas=off",
    "block-stm:adaptive=off,hints=exact",
    "block-stm:adaptive=off,hints=none",
    "block-stm:commit=end",
    "block-stm:commit=end,announce=off,validation=version",
    "block-stm:commit=end,hints=none",
    "block-stm:variant=paper",
    "block-stm:variant=paper,status=word,hints=exact",
};

class EverySpecExplored : public ::testing::TestWithParam<const char*> {};

TEST_P(EverySpecExplored, EveryInterleavingGivesTheSameResult) {
    // Of each block with so many workers.
    const std::uint64_t share =
        explorations() / std::size(kSpecs) / (9 * adversarial_blocks(1).size()) + 1;
    std::uint64_t seed = 0;
    for (const std::uint32_t workers : {2U, 3U, 4U}) {
        for (const std::uint32_t size : {2U, 4U, 6U}) {
            for (const auto& scene : scenes(size)) {
                ExplorePool pool(workers, 0);
                Engine<ExplorePool> engine(pool, settings_of(GetParam()), &no_time);
                ASSERT_TRUE(engine.prepare(scene->source()).ok());
                for (const std::uint64_t end = seed + share; seed < end; ++seed) {
                    ASSERT_EQ(explore(pool, seed, engine, *scene), "")
                        << GetParam() << ", " << workers << " workers, " << size << " x "
                        << scene->name();
                }
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(BlockStm, EverySpecExplored, ::testing::ValuesIn(kSpecs));

/// COMMITBENCH_TEST_INTERRUPTIONS: see ExploreStrategy::systematic. Two make two million orders.
std::uint32_t interruptions() {
    return static_cast<std::uint32_t>(from_environment("COMMITBENCH_TEST_INTERRUPTIONS", 1));
}

TEST_P(EverySpecExplored, EveryOrderOfThreeTransactionsOnTwoWorkersGivesTheSameResult) {
    std::uint64_t orders = 0;
    for (const auto& scene : scenes(3)) {
        ExplorePool pool(
            2, 0, {.strategy = ExploreStrategy::systematic, .interruptions = interruptions()});
        for (std::uint64_t order = 0;; ++order) {
            // A new one each time: what it learnt of one block decides about the next.
            Engine<ExplorePool> engine(pool, settings_of(GetParam()), &no_time);
            ASSERT_TRUE(engine.prepare(scene->source()).ok());
            pool.restart(order);
            if (pool.exhausted()) {
                EXPECT_GT(order, 50U) << scene->name();
                break;
            }
            const auto executed = engine.execute(scene->block());
            ASSERT_TRUE(pool.outcome().finished()) << scene->name() << pool.outcome().text();
            ASSERT_TRUE(executed.ok()) << executed.error().message;
            ASSERT_EQ(difference(scene->expected(), **executed), "")
                << scene->name() << ", order " << order;
            ++orders;
        }
    }
    RecordProperty("orders", std::to_string(orders));
}

/// What a state that no order gives does to a transaction that loops on it.
TEST(BlockStmExplored, WhoGoesRoundOnAnInconsistentStateEndsAndRunsAgain) {
    const StateMap state = TurningBlock::first_state();
    MapSource source(state);
    const auto choice = choose("executor", executor_registry(), "sequential");
    const auto sequential = std::move(*choice->component->create(choice->options, {}));
    for (const char* spec : {"block-stm:adaptive=off,announce=off", "block-stm:variant=paper",
                             "block-stm:adaptive=off,hints=none"}) {
        const LimitedTurningBlock block(6, 40);
        ASSERT_TRUE(sequential->prepare(source).ok());
        const BlockResult& expected = **sequential->execute(block);
        ASSERT_EQ(block.went_round, 0U);
        ExplorePool pool(3, 0);
        Engine<ExplorePool> engine(pool, settings_of(spec), &no_time);
        ASSERT_TRUE(engine.prepare(source).ok());
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            pool.restart(seed);
            const auto executed = engine.execute(block);
            ASSERT_TRUE(executed.ok()) << executed.error().message;
            ASSERT_EQ(difference(expected, **executed), "") << spec << ", seed " << seed;
        }
        EXPECT_GT(block.went_round, 0U) << spec;
    }
}

struct ClaimBeforeCount : NoTraps {
    static constexpr bool kClaimBeforeCount = true;
};
struct DoubleDecrement : NoTraps {
    static constexpr bool kDoubleDecrement = true;
};
struct OverloadedAbort : NoTraps {
    static constexpr bool kOverloadedAbort = true;
};
struct LostSuspension : NoTraps {
    static constexpr bool kLostSuspension = true;
};

/// The first seed that shows the mistake, over all scenes whose name begins so; 0 where none below
/// `bound` does.
template<class Traps>
std::uint64_t first_seed_that_shows(const char* spec,
                                    std::uint64_t bound,
                                    std::string_view name = {}) {
    auto all = scenes(5);
    std::erase_if(all, [&](const auto& scene) { return !scene->name().starts_with(name); });
    for (std::uint64_t seed = 1; seed < bound;) {
        for (const auto& scene : all) {
            ExplorePool pool(3, 0, {.steps = 100'000});
            Engine<ExplorePool, Traps> engine(pool, settings_of(spec), &no_time);
            EXPECT_TRUE(engine.prepare(scene->source()).ok());
            for (int repeat = 0; repeat < 50; ++repeat, ++seed) {
                const std::string what = explore(pool, seed, engine, *scene);
                if (!what.empty()) {
                    ::testing::Test::RecordProperty("shown", what);
                    std::printf("[ shown by ] %s (%s)\n", what.c_str(), scene->name().c_str());
                    return seed;
                }
            }
        }
    }
    return 0;
}

constexpr std::uint64_t kBound = 100'000;

TEST(BlockStmMistakes, ClaimBeforeCountIsCaught) {
    EXPECT_GT(first_seed_that_shows<ClaimBeforeCount>("block-stm:variant=paper", kBound), 0U);
    EXPECT_GT(first_seed_that_shows<ClaimBeforeCount>("block-stm:commit=end", kBound), 0U);
}

TEST(BlockStmMistakes, DoubleDecrementIsCaught) {
    EXPECT_GT(first_seed_that_shows<DoubleDecrement>("block-stm:variant=paper", kBound), 0U);
    EXPECT_GT(first_seed_that_shows<DoubleDecrement>("block-stm:commit=end", kBound), 0U);
}

TEST(BlockStmMistakes, OverloadedAbortIsCaught) {
    // The rarest: a wake-up that stands still while its sleeper wakes by itself, runs and aborts.
    EXPECT_GT(
        first_seed_that_shows<OverloadedAbort>("block-stm:adaptive=off", 5 * kBound, "deletes"),
        0U);
}

TEST(BlockStmMistakes, LostSuspensionIsCaught) {
    EXPECT_GT(first_seed_that_shows<LostSuspension>("block-stm:adaptive=off", kBound), 0U);
    EXPECT_GT(first_seed_that_shows<LostSuspension>("block-stm:variant=paper", kBound), 0U);
}

}  // namespace
}  // namespace commitbench::testing
