// SPDX-License-Identifier: Apache-2.0
// A first state from a std::map.
#pragma once

#include "harness/core/backend.hpp"

#include <map>

namespace commitbench::testing {

using State = std::map<StateKey, Bytes>;

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
