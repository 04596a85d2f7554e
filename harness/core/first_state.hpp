// SPDX-License-Identifier: Apache-2.0
// FirstState: a workload's first state as a sorted sequence whose entries are made when asked for.
#pragma once

#include "harness/core/bytes.hpp"
#include "harness/core/state_key.hpp"

#include <optional>

namespace commitbench {

/// Entries by rank, which is their place among the ascending keys. Nothing changes once made.
class FirstState {
  public:
    virtual ~FirstState() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    // INVARIANT of the two: rank < size().
    [[nodiscard]] virtual StateKey key(std::uint64_t rank) const = 0;
    /// Written over `value`.
    virtual void value(std::uint64_t rank, Bytes& value) const = 0;
    /// How many keys have a smaller StateKey::prefix. O(1) where keys are uniform.
    [[nodiscard]] virtual std::uint64_t keys_below(std::uint64_t prefix) const = 0;
    /// The rank of `key`, or nullopt where it is not in the state.
    [[nodiscard]] std::optional<std::uint64_t> find(const StateKey& key) const {
        // Only keys that share 8 bytes make this loop go on.
        for (std::uint64_t rank = keys_below(key.prefix()); rank < size(); ++rank) {
            const StateKey there = this->key(rank);
            if (!(there < key)) {
                return there == key ? std::optional(rank) : std::nullopt;
            }
        }
        return std::nullopt;
    }
};

}  // namespace commitbench
