// SPDX-License-Identifier: Apache-2.0
// What tests of workloads ask of specs and states, and sights of a state that no order of
// transactions gives.
#pragma once

#include "tests/workloads/interpreter.hpp"
#include "workloads/fold.hpp"
#include "workloads/random.hpp"
#include "workloads/working_set.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {

/// Why `spec` is refused, by its table or by the workload.
[[nodiscard]] inline std::string refusal_of(std::string_view spec) {
    const auto choice = choose("workload", workload_registry(), spec);
    if (!choice) {
        return choice.error().message;
    }
    const auto workload = choice->component->create(choice->options, 1);
    EXPECT_FALSE(workload.ok()) << spec;
    if (workload.ok()) {
        return {};
    }
    EXPECT_EQ(workload.error().code, ErrorCode::bad_input);
    return workload.error().message;
}

/// The value at `key`, which must be there and be a V.
template<WordValue V>
[[nodiscard]] V value_at(const State& state, const StateKey& key) {
    const auto found = state.find(key);
    if (found == state.end()) {
        ADD_FAILURE() << "a key is missing";
        return {};
    }
    const auto value = get_words<V>(found->second);
    EXPECT_TRUE(value.has_value()) << "a value of " << found->second.size() << " bytes";
    return value.value_or(V{});
}

/// A digest of receipts in their order.
[[nodiscard]] inline std::uint64_t digest_of(const std::vector<Receipt>& receipts) {
    std::uint64_t digest = 0;
    for (const Receipt& receipt : receipts) {
        digest = digest * 31 + receipt.digest + static_cast<std::uint64_t>(receipt.status);
    }
    return digest;
}

/// Answers each read from one of several states, drawn by the key: what a transaction may see that
/// an executor runs ahead of those before it. Its own writes it sees.
class MixedState final : public StateAccess {
  public:
    /// INVARIANT: `states` is not empty.
    MixedState(const std::vector<State>& states, std::uint64_t seed)
        : states_(states), seed_(seed) {}

    [[nodiscard]] StateRead read(const StateKey& key) override {
        ++reads;
        if (const auto own = own_.find(key); own != own_.end()) {
            return own->second.empty() ? StateRead{ReadState::absent, {}}
                                       : StateRead{ReadState::present, own->second};
        }
        const State& state = states_[mixed(key.prefix() ^ seed_) % states_.size()];
        const auto found = state.find(key);
        return found == state.end() ? StateRead{ReadState::absent, {}}
                                    : StateRead{ReadState::present, found->second};
    }
    void write(const StateKey& key, ByteView value) override {
        own_[key].assign(value.begin(), value.end());
    }
    void erase(const StateKey& key) override { own_[key].clear(); }

    std::uint64_t reads = 0;

  private:
    const std::vector<State>& states_;
    std::uint64_t seed_;
    State own_;
};

}  // namespace commitbench::testing
