// SPDX-License-Identifier: Apache-2.0
// What the harness itself costs a transaction: the executors on transactions that do nearly
// nothing, and the sort of a StateDiff.
#include "harness/core/registry.hpp"

#include <array>
#include <benchmark/benchmark.h>

namespace commitbench {
namespace {

/// A multiplicative generator (Knuth, The Art of Computer Programming, volume 2, 3.3.4, table 1,
/// line 26): enough to spread keys, and no dependency on a workload.
class KeySequence {
  public:
    StateKey next() {
        StateKey key;
        for (std::size_t i = 0; i < key.bytes.size(); i += sizeof state_) {
            state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
            std::memcpy(key.bytes.data() + i, &state_, sizeof state_);
        }
        return key;
    }

  private:
    std::uint64_t state_ = 1;
};

/// Every key is present with one value.
class ConstantState : public StateSource {
  public:
    Result<std::unique_ptr<StateReader>> open_reader() override {
        return std::unique_ptr<StateReader>(std::make_unique<Reader>());
    }

  private:
    class Reader : public StateReader {
      public:
        Result<std::optional<ByteView>> get(const StateKey& /*key*/) override {
            return std::optional<ByteView>(kValue);
        }
    };
    static constexpr std::array<std::uint8_t, 16> kValue{1};
};

/// Each transaction reads one key and writes it back.
class TouchBlock : public Block {
  public:
    explicit TouchBlock(std::uint32_t size) {
        KeySequence sequence;
        for (std::uint32_t i = 0; i < size; ++i) {
            keys_.push_back(sequence.next());
        }
    }
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(keys_.size());
    }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        const StateRead read = state.read(keys_[index]);
        if (read.state == ReadState::stop) {
            return {};
        }
        state.write(keys_[index], read.value);
        return {TxStatus::ok, index};
    }

  private:
    std::vector<StateKey> keys_;
};

void sequential_overhead(benchmark::State& state) {
    const auto choice = choose("executor", executor_registry(), "sequential");
    if (!choice) {
        state.SkipWithError(choice.error().message.c_str());
        return;
    }
    auto executor = choice->component->create(choice->options, {});
    ConstantState before;
    const TouchBlock block(static_cast<std::uint32_t>(state.range(0)));
    if (!executor || !(*executor)->prepare(before)) {
        state.SkipWithError("the executor cannot be made");
        return;
    }
    for ([[maybe_unused]] auto iteration : state) {
        const auto result = (*executor)->execute(block);
        if (!result || (*result)->diff.size() != block.size()) {
            state.SkipWithError("the block has another result than it should");
            return;
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sequential_overhead)->Arg(1'000)->Arg(10'000);

void state_diff_build_and_sort(benchmark::State& state) {
    const auto size = static_cast<std::size_t>(state.range(0));
    std::vector<StateKey> keys;
    KeySequence sequence;
    for (std::size_t i = 0; i < size; ++i) {
        keys.push_back(sequence.next());
    }
    const Bytes value(16, 1);
    StateDiff diff;
    for ([[maybe_unused]] auto iteration : state) {
        diff.clear();
        for (const StateKey& key : keys) {
            diff.add(key, OldState::unknown, {}, value);
        }
        diff.sort();
        if (diff.size() != size) {
            state.SkipWithError("a change is missing");
            return;
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(state_diff_build_and_sort)->Arg(1'000)->Arg(10'000)->Arg(100'000);

}  // namespace
}  // namespace commitbench
