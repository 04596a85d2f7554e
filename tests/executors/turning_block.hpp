// SPDX-License-Identifier: Apache-2.0
// Transactions that never end, or would not on a state that no order of the transactions gives.
#pragma once

#include "harness/core/work_limit.hpp"
#include "tests/executors/random_block.hpp"

namespace commitbench::testing {

/// Keys 0 and 1 point at each other or at the end: one at the other, and that one at the end. Each
/// transaction goes from key 0 or 1 to the end, and turns both around, so that in every order there
/// is an end; but who sees one key from before a turn and the other from after may go round for
/// ever. Some transactions never end, whatever they see.
class TurningBlock final : public Block {
  public:
    explicit TurningBlock(std::uint32_t size) : size_(size) {}
    [[nodiscard]] static bool is_endless(std::uint32_t index) { return index % 7 == 3; }
    /// What the block needs to begin with.
    [[nodiscard]] static StateMap first_state() {
        const auto end = counter_value(2);
        const auto other = counter_value(1);
        return {{test_key(0), Bytes(other.begin(), other.end())},
                {test_key(1), Bytes(end.begin(), end.end())}};
    }

    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override { return size_; }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        std::uint64_t steps = 0;
        for (std::uint64_t at = index % 2; at < 2; ++steps) {
            const StateRead read = state.read(test_key(at));
            if (read.state == ReadState::stop) {
                return {};
            }
            at = counter_of(read);
        }
        state.write(test_key(2 + index), counter_value(steps));
        while (is_endless(index)) {
            if (state.read(test_key(index % 5)).state == ReadState::stop || !state.spend(1)) {
                return {};
            }
        }
        return turn(index, state, steps);
    }

  private:
    static Receipt turn(std::uint32_t index, StateAccess& state, std::uint64_t steps) {
        const StateRead zero = state.read(test_key(0));
        if (zero.state == ReadState::stop) {
            return {};
        }
        const bool zero_ends = counter_of(zero) == 2;
        state.write(test_key(0), counter_value(zero_ends ? 1 : 2));
        state.write(test_key(1), counter_value(zero_ends ? 2 : 0));
        return {TxStatus::ok, steps * 1000 + index};
    }

    std::uint32_t size_;
};

/// A limited TurningBlock that counts the executions which ran out of work although their
/// transaction would have ended.
class LimitedTurningBlock final : public Block {
  public:
    LimitedTurningBlock(std::uint32_t size, std::uint64_t limit)
        : block_(std::make_unique<TurningBlock>(size), limit) {}
    [[nodiscard]] std::uint64_t number() const override { return block_.number(); }
    [[nodiscard]] std::uint32_t size() const override { return block_.size(); }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        const Receipt receipt = block_.execute(index, state);
        if (receipt == kOutOfWorkReceipt && !TurningBlock::is_endless(index)) {
            ++went_round;
        }
        return receipt;
    }
    [[nodiscard]] const AccessSets* access_sets() const override { return &sets; }

    AccessSets sets;
    mutable std::atomic<std::uint64_t> went_round{0};

  private:
    LimitedBlock block_;
};

}  // namespace commitbench::testing
