// SPDX-License-Identifier: Apache-2.0
// MemoryState: the first state and what has changed since. What the ledger's reference executor
// reads.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/first_state.hpp"

#include <absl/container/flat_hash_map.h>

namespace commitbench {

/// Keeps in memory only keys that some block wrote. Unbounded and not durable; shares nothing with
/// any backend, so that no backend's mistake can hide in the ledger. One thread.
class MemoryState final : public StateSource {
  public:
    /// `first` is borrowed.
    explicit MemoryState(const FirstState& first) : first_(first) {}
    /// Readers borrow the state and see every apply().
    [[nodiscard]] Result<std::unique_ptr<StateReader>> open_reader() override;
    void apply(const StateDiff& diff);

  private:
    class Reader;
    const FirstState& first_;
    absl::flat_hash_map<StateKey, std::optional<Bytes>> written_;  // nullopt: deleted
};

}  // namespace commitbench
