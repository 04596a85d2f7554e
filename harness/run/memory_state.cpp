// SPDX-License-Identifier: Apache-2.0
#include "harness/run/memory_state.hpp"

namespace commitbench {

class MemoryState::Reader final : public StateReader {
  public:
    explicit Reader(const MemoryState& state) : state_(state) {}
    Result<std::optional<ByteView>> get(const StateKey& key) override {
        const auto written = state_.written_.find(key);
        if (written != state_.written_.end()) {
            return written->second ? std::optional<ByteView>(*written->second) : std::nullopt;
        }
        const auto rank = state_.first_.find(key);
        if (!rank) {
            return std::optional<ByteView>();
        }
        state_.first_.value(*rank, value_);
        return std::optional<ByteView>(value_);
    }

  private:
    const MemoryState& state_;
    Bytes value_;  // of the last call
};

Result<std::unique_ptr<StateReader>> MemoryState::open_reader() {
    return std::unique_ptr<StateReader>(std::make_unique<Reader>(*this));
}

void MemoryState::apply(const StateDiff& diff) {
    for (const Change& change : diff.changes()) {
        std::optional<Bytes>& value = written_[change.key];
        if (change.deleted) {
            value.reset();
        } else {
            value.emplace(change.new_value.begin(), change.new_value.end());
        }
    }
}

}  // namespace commitbench
