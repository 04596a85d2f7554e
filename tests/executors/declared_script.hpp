// SPDX-License-Identifier: Apache-2.0
// Script blocks that come with access sets, and the comparison of two results.
#pragma once

#include "harness/core/registry.hpp"
#include "harness/run/observed_block.hpp"
#include "tests/executors/random_block.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {

[[nodiscard]] inline std::unique_ptr<Executor> make_executor(std::string_view spec,
                                                             const ExecutorResources& resources) {
    auto choice = choose("executor", executor_registry(), spec);
    if (!choice) {
        ADD_FAILURE() << choice.error().message;
        return nullptr;
    }
    auto executor = choice->component->create(choice->options, resources);
    EXPECT_TRUE(executor.ok()) << spec;
    return executor ? std::move(*executor) : nullptr;
}

/// A script block together with what its transactions touch.
class DeclaredScript final : public ScriptBlock {
  public:
    /// The exact sets, found by running the block in order on `before`.
    DeclaredScript(std::uint64_t number,
                   std::vector<std::vector<Op>> transactions,
                   const StateMap& before)
        : ScriptBlock(number, std::move(transactions)) {
        AccessSetsBuilder sets;
        MapSource source(before);
        const auto executor = make_executor("sequential", {});
        EXPECT_TRUE(executor->prepare(source).ok());
        EXPECT_TRUE(executor->execute(ObservedBlock(*this, sets)).ok());
        sets_ = sets.finish();
    }
    DeclaredScript(std::uint64_t number, std::vector<std::vector<Op>> transactions, AccessSets sets)
        : ScriptBlock(number, std::move(transactions)), sets_(std::move(sets)) {}
    [[nodiscard]] const AccessSets* access_sets() const override { return &sets_; }

  private:
    AccessSets sets_;
};

/// The values of test_key(0) to test_key(keys - 1).
[[nodiscard]] inline StateMap made_up_state(std::uint64_t seed, std::uint64_t keys) {
    StateMap state;
    for (std::uint64_t n = 0; n < keys; ++n) {
        state[test_key(n)] = ScriptBlock::value_of(seed * 100 + n);
    }
    return state;
}

inline void apply(const StateDiff& diff, StateMap& state) {
    for (const Change& change : diff.changes()) {
        if (change.deleted) {
            state.erase(change.key);
        } else {
            state[change.key] = Bytes(change.new_value.begin(), change.new_value.end());
        }
    }
}

/// By name.
[[nodiscard]] inline std::map<std::string, std::uint64_t> counters_of(const Executor& executor) {
    struct Collector final : CounterVisitor {
        std::map<std::string, std::uint64_t> found;
        void counter(std::string_view name, std::uint64_t value) override {
            found[std::string(name)] = value;
        }
    };
    Collector collector;
    executor.counters(collector);
    return std::move(collector.found);
}

}  // namespace commitbench::testing
