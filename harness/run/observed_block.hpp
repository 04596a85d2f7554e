// SPDX-License-Identifier: Apache-2.0
// ObservedBlock: a block that notes which keys its transactions touch.
#pragma once

#include "harness/core/block.hpp"

namespace commitbench {

/// Gives what the block gives. Only for an executor that runs each transaction once and in order,
/// on one thread (the reference): every execution ends a row of `accesses`. Borrows both.
class ObservedBlock final : public Block {
  public:
    ObservedBlock(const Block& block, AccessSetsBuilder& accesses)
        : block_(block), accesses_(accesses) {}
    [[nodiscard]] std::uint64_t number() const override { return block_.number(); }
    [[nodiscard]] std::uint32_t size() const override { return block_.size(); }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

  private:
    const Block& block_;
    AccessSetsBuilder& accesses_;
};

}  // namespace commitbench
