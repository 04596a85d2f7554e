// SPDX-License-Identifier: Apache-2.0
#include "harness/run/memory_state.hpp"

namespace commitbench {

class MemoryState::Reader final : public StateReader {
  public:
    explicit Reader(const MemoryState& state) : state_(state) {}
    Result<std::optional<ByteView>> get(const StateKey& key) override {
        const auto found = state_.values_.find(key);
        return found == state_.values_.end() ? std::optional<ByteView>()
                                             : std::optional<ByteView>(found->second);
    }

  private:
    const MemoryState& state_;
};

Result<std::unique_ptr<StateReader>> MemoryState::open_reader() {
    return std::unique_ptr<StateReader>(std::make_unique<Reader>(*this));
}

void MemoryState::apply(const StateDiff& diff) {
    for (const Change& change : diff.changes()) {
        if (change.deleted) {
            values_.erase(change.key);
        } else {
            values_[change.key].assign(change.new_value.begin(), change.new_value.end());
        }
    }
}

}  // namespace commitbench
