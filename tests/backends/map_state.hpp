// SPDX-License-Identifier: Apache-2.0
// A state as a std::map: what loads it into a backend, and blocks that change both.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/state_diff.hpp"

#include <map>
#include <optional>

namespace commitbench::testing {

using State = std::map<StateKey, Bytes>;
/// A block's changes; nullopt deletes.
using Writes = std::map<StateKey, std::optional<Bytes>>;

/// Adds the writes to `diff`, in order of keys, and makes them in `state`, too.
inline void apply_writes(const Writes& writes, State& state, StateDiff& diff) {
    for (const auto& [key, value] : writes) {
        if (value) {
            diff.add(key, OldState::unknown, {}, *value);
            state[key] = *value;
        } else {
            diff.add_deletion(key, OldState::unknown, {});
            state.erase(key);
        }
    }
}

/// In order of keys; can end with an error after some entries, as a load that is
/// interrupted does.
class MapState final : public SortedState {
  public:
    explicit MapState(const State& state, std::uint64_t fail_after = UINT64_MAX)
        : state_(state), at_(state.begin()), fail_after_(fail_after) {}
    Result<bool> next(StateKey& key, ByteView& value) override {
        if (given_ == fail_after_) {
            return Error{ErrorCode::interrupted, "interrupted"};
        }
        if (at_ == state_.end()) {
            return false;
        }
        key = at_->first;
        value = at_->second;
        ++at_;
        ++given_;
        return true;
    }
    std::uint64_t size() const override { return state_.size(); }

  private:
    const State& state_;
    State::const_iterator at_;
    std::uint64_t fail_after_;
    std::uint64_t given_ = 0;
};

}  // namespace commitbench::testing
