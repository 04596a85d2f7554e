// SPDX-License-Identifier: Apache-2.0
// MemoryState: the state in a hash table. What the ledger's reference executor reads.
#pragma once

#include "harness/core/backend.hpp"

#include <absl/container/flat_hash_map.h>

namespace commitbench {

/// Unbounded and not durable; shares nothing with any backend, so that no backend's mistake can
/// hide in the ledger. One thread.
class MemoryState final : public StateSource {
  public:
    /// Readers borrow the state and see every apply().
    [[nodiscard]] Result<std::unique_ptr<StateReader>> open_reader() override;
    void apply(const StateDiff& diff);
    void reserve(std::size_t keys) { values_.reserve(keys); }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }

  private:
    class Reader;
    absl::flat_hash_map<StateKey, Bytes> values_;
};

}  // namespace commitbench
