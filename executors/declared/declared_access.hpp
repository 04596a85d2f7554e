// SPDX-License-Identifier: Apache-2.0
// DeclaredAccess: holds a transaction to its declared set (see undeclared.hpp).
#pragma once

#include "harness/core/block.hpp"

#include <absl/container/flat_hash_map.h>
#include <optional>

namespace commitbench {

/// Keeps the writes of one transaction apart until it is known that they count. For an executor
/// whose speed nobody measures. One thread.
class DeclaredAccess final : public StateAccess {
  public:
    /// Borrows both.
    DeclaredAccess(const AccessSets& declared, StateAccess& inner)
        : declared_(declared), inner_(inner) {}

    /// Runs transaction `index`: its receipt and its writes, or kUndeclaredReceipt and none.
    [[nodiscard]] Receipt execute(const Block& block, std::uint32_t index);

    [[nodiscard]] StateRead read(const StateKey& key) override;
    void write(const StateKey& key, ByteView value) override;
    void erase(const StateKey& key) override;

  private:
    [[nodiscard]] bool permits(const StateKey& key, bool write);

    const AccessSets& declared_;
    StateAccess& inner_;
    std::uint32_t index_ = 0;
    bool broke_out_ = false;
    absl::flat_hash_map<StateKey, std::optional<Bytes>> writes_;  // nullopt: erased
};

}  // namespace commitbench
