// SPDX-License-Identifier: Apache-2.0
// A workload that is a list of keys, for tests of what goes through a first state.
#pragma once

#include "harness/core/workload.hpp"
#include "tests/executors/random_block.hpp"

namespace commitbench::testing {

/// Keys given by a list.
class ListWorkload final : public Workload {
  public:
    explicit ListWorkload(std::vector<StateKey> keys) : keys_(std::move(keys)) {}
    [[nodiscard]] std::uint64_t state_size() const override { return keys_.size() + extra; }
    [[nodiscard]] StateKey key(std::uint64_t index) const override {
        return keys_[index % keys_.size()];
    }
    void value(std::uint64_t index, Bytes& value) const override {
        value = ScriptBlock::value_of(index);
    }
    [[nodiscard]] std::uint64_t block_limit() const override { return 0; }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t) const override {
        return Error{ErrorCode::unsupported, "no blocks"};
    }
    void facts(FactVisitor&) const override {}
    std::uint64_t extra = 0;

  private:
    std::vector<StateKey> keys_;
};

[[nodiscard]] inline std::vector<StateKey> uniform_keys(std::uint64_t count) {
    std::vector<StateKey> keys;
    for (std::uint64_t n = 0; n < count; ++n) {
        keys.push_back(test_key(n));
    }
    return keys;
}

}  // namespace commitbench::testing
