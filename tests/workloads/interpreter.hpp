// SPDX-License-Identifier: Apache-2.0
// The plainest executor there is: one transaction after another on a std::map.
#pragma once

#include "harness/core/registry.hpp"

#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <set>

namespace commitbench::testing {

using State = std::map<StateKey, Bytes>;

/// Reads and writes `state` directly. A value that was read is valid until the next call, as
/// StateAccess says, and not a moment longer: it is overwritten then.
class Interpreter final : public StateAccess {
  public:
    explicit Interpreter(State& state) : state_(state) {}

    [[nodiscard]] StateRead read(const StateKey& key) override {
        spoil();
        ++reads;
        read_keys.insert(key);
        if (stop_at && reads > *stop_at) {
            return {ReadState::stop, {}};
        }
        const auto found = state_.find(key);
        if (found == state_.end()) {
            return {ReadState::absent, {}};
        }
        scratch_ = found->second;
        return {ReadState::present, scratch_};
    }

    void write(const StateKey& key, ByteView value) override {
        ++writes;
        EXPECT_FALSE(value.empty()) << "the built-in workloads never write an empty value";
        // A workload may write what it read: copy before spoiling.
        Bytes copy(value.begin(), value.end());
        spoil();
        state_[key] = std::move(copy);
    }

    void erase(const StateKey& key) override {
        spoil();
        ++erasures;
        state_.erase(key);
    }

    [[nodiscard]] ReadState add(const StateKey& key, std::uint64_t amount) override {
        added_keys.insert(key);
        return StateAccess::add(key, amount);
    }

    std::optional<std::uint64_t> stop_at;  ///< reads that are answered before stop
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t erasures = 0;
    std::set<StateKey> read_keys;  ///< those of additions included
    std::set<StateKey> added_keys;

  private:
    void spoil() { std::ranges::fill(scratch_, 0xdd); }

    State& state_;
    Bytes scratch_;
};

/// The workload of a spec, "name:key=value,…".
[[nodiscard]] inline std::unique_ptr<Workload> make_workload(std::string_view spec,
                                                             std::uint64_t seed = 1) {
    const auto choice = choose("workload", workload_registry(), spec);
    EXPECT_TRUE(choice.ok()) << (choice.ok() ? "" : choice.error().message);
    auto workload = choice->component->create(choice->options, seed);
    EXPECT_TRUE(workload.ok()) << (workload.ok() ? "" : workload.error().message);
    return std::move(*workload);
}

[[nodiscard]] inline State first_state(const Workload& workload) {
    State state;
    Bytes value;
    for (std::uint64_t i = 0; i < workload.state_size(); ++i) {
        workload.value(i, value);
        EXPECT_FALSE(value.empty());
        EXPECT_TRUE(state.emplace(workload.key(i), value).second) << "a key stands twice";
    }
    return state;
}

/// Runs the block; its receipts.
inline std::vector<Receipt> run(const Block& block, State& state) {
    std::vector<Receipt> receipts;
    for (std::uint32_t i = 0; i < block.size(); ++i) {
        Interpreter access(state);
        receipts.push_back(block.execute(i, access));
    }
    return receipts;
}

[[nodiscard]] inline std::unique_ptr<Block> block_of(const Workload& workload,
                                                     std::uint64_t number) {
    auto block = workload.block(number);
    EXPECT_TRUE(block.ok()) << (block.ok() ? "" : block.error().message);
    return std::move(*block);
}

/// Collects facts by name.
class Facts final : public FactVisitor {
  public:
    explicit Facts(const Workload& workload) { workload.facts(*this); }
    void fact(std::string_view name, std::string_view value, std::string_view why) override {
        EXPECT_TRUE(values.emplace(name, value).second) << name << " is given twice";
        EXPECT_FALSE(value.empty()) << name;
        EXPECT_FALSE(why.empty()) << name;
    }
    std::map<std::string, std::string> values;
};

}  // namespace commitbench::testing
