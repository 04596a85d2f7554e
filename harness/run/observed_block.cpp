// SPDX-License-Identifier: Apache-2.0
#include "harness/run/observed_block.hpp"

namespace commitbench {
namespace {

class ObservedAccess final : public StateAccess {
  public:
    ObservedAccess(StateAccess& state, AccessSetsBuilder& accesses)
        : state_(state), accesses_(accesses) {}

    [[nodiscard]] StateRead read(const StateKey& key) override {
        accesses_.touch(key, false);
        return state_.read(key);
    }
    void write(const StateKey& key, ByteView value) override {
        accesses_.touch(key, true);
        state_.write(key, value);
    }
    void erase(const StateKey& key) override {
        accesses_.touch(key, true);
        state_.erase(key);
    }
    [[nodiscard]] ReadState add(const StateKey& key, std::uint64_t amount) override {
        accesses_.touch(key, true);
        return state_.add(key, amount);
    }

  private:
    StateAccess& state_;
    AccessSetsBuilder& accesses_;
};

}  // namespace

Receipt ObservedBlock::execute(std::uint32_t index, StateAccess& state) const {
    ObservedAccess observed(state, accesses_);
    const Receipt receipt = block_.execute(index, observed);
    accesses_.end_transaction();
    return receipt;
}

}  // namespace commitbench
