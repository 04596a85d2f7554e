// SPDX-License-Identifier: Apache-2.0
// SystematicTurns: every sequence of choices there is, one after the other.
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

namespace commitbench {

/// Depth first: a run repeats the choices of the one before it but for the last that has an
/// alternative left, takes the next one there, and the first of each after it. What is run must
/// follow from the choices alone. Not thread-safe.
class SystematicTurns {
  public:
    /// Forgets all; the next run is the first.
    void begin() {
        turns_.clear();
        at_ = 0;
    }

    /// The next run. False: there was none left, and it is the first again.
    bool next_run() {
        at_ = 0;
        while (!turns_.empty() && turns_.back().chosen + 1 == turns_.back().options) {
            turns_.pop_back();
        }
        if (turns_.empty()) {
            return false;
        }
        ++turns_.back().chosen;
        return true;
    }

    /// 0 .. options - 1. INVARIANT: options > 0, and the same as in the run that is repeated.
    [[nodiscard]] std::uint32_t choose(std::uint32_t options) {
        if (at_ == turns_.size()) {
            turns_.push_back({0, options});
        }
        assert(turns_[at_].options == options && "something but the choices decided");
        return turns_[at_++].chosen;
    }

  private:
    struct Turn {
        std::uint32_t chosen;
        std::uint32_t options;
    };
    std::vector<Turn> turns_;
    std::size_t at_ = 0;
};

}  // namespace commitbench
