// SPDX-License-Identifier: Apache-2.0
// DeclaredBlock: what arrives with a block, and what can be said of it before it runs.
#pragma once

#include "executors/lock_schedule/settings.hpp"
#include "harness/core/backend.hpp"
#include "harness/core/block.hpp"
#include "harness/core/parallelism.hpp"

#include <optional>

namespace commitbench {

/// Made outside the timed spans. One thread.
class DeclaredBlock {
  public:
    /// Fails with the reader's error, or where the block's access sets are needed and missing.
    Status receive(const Block& block, StateReader& before, const LockScheduleSettings& settings);

    /// True of the block received last.
    [[nodiscard]] bool is(const Block& block) const noexcept { return block_ == &block; }

    [[nodiscard]] const AccessSets& sets() const noexcept { return sets_; }
    /// sets(), in locks.
    [[nodiscard]] const AccessSets& locks() const noexcept { return locks_ ? *locks_ : sets_; }
    /// The key of each of sets().accesses(), as a transaction brings them.
    [[nodiscard]] std::span<const StateKey> keys() const noexcept { return keys_; }
    /// Of locks().
    [[nodiscard]] const PrecedenceGraph& graph() const noexcept { return graph_; }
    [[nodiscard]] const Parallelism& parallelism() const noexcept { return parallelism_; }
    /// 0 where the exact sets are not known.
    [[nodiscard]] std::uint64_t false_conflicts() const noexcept { return false_conflicts_; }

  private:
    const Block* block_ = nullptr;
    AccessSets sets_;
    std::optional<AccessSets> locks_;  // where they are not the keys
    std::vector<StateKey> keys_;
    PrecedenceGraph graph_;
    Parallelism parallelism_;
    std::uint64_t false_conflicts_ = 0;
};

}  // namespace commitbench
