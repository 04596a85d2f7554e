// SPDX-License-Identifier: Apache-2.0
// AccessSets: the keys that each transaction of a block reads and writes, as known before it runs.
#pragma once

#include "harness/core/state_key.hpp"

#include <absl/container/flat_hash_map.h>
#include <cstdint>
#include <span>
#include <vector>

namespace commitbench {

/// One key of one transaction. A key that is read and written counts as written.
struct Access {
    std::uint32_t key : 31 = 0;  ///< place in AccessSets::keys()
    std::uint32_t write : 1 = 0;
    bool operator==(const Access&) const = default;
};
static_assert(sizeof(Access) == 4);

/// The access sets of a block, keys interned: whoever schedules by them indexes arrays and hashes
/// nothing. Compressed rows:
///
///   keys      K0 K1 K2 ...                 ascending, each once; a key's place is its dense id
///   begins    0     2        5 ...         transaction i has accesses[begins[i] .. begins[i + 1])
///   accesses  1w 3r 0w 1r 3w ...           ascending by key within a transaction, each key once
///
/// Immutable once built; readable from many threads.
class AccessSets {
  public:
    AccessSets() = default;
    /// INVARIANT: as drawn above.
    AccessSets(std::vector<StateKey> keys,
               std::vector<std::uint32_t> begins,
               std::vector<Access> accesses)
        : keys_(std::move(keys)), begins_(std::move(begins)), accesses_(std::move(accesses)) {}

    /// Transactions.
    [[nodiscard]] std::size_t size() const noexcept { return begins_.size() - 1; }
    [[nodiscard]] std::span<const StateKey> keys() const noexcept { return keys_; }
    /// INVARIANT: index < size().
    [[nodiscard]] std::span<const Access> of(std::size_t index) const noexcept {
        return std::span(accesses_).subspan(begins_[index], begins_[index + 1] - begins_[index]);
    }
    /// Of all transactions, one after the other.
    [[nodiscard]] std::span<const Access> accesses() const noexcept { return accesses_; }
    /// Where each transaction's accesses begin in accesses(), and the end: size() + 1 places.
    [[nodiscard]] std::span<const std::uint32_t> begins() const noexcept { return begins_; }

    bool operator==(const AccessSets&) const = default;

  private:
    friend class AccessSetsBuilder;
    std::vector<StateKey> keys_;
    std::vector<std::uint32_t> begins_{0};
    std::vector<Access> accesses_;
};

/// Collects AccessSets, transaction by transaction. One thread.
class AccessSetsBuilder {
  public:
    /// An access of the transaction at hand. O(1), or O(accesses of the transaction) on a repeat.
    void touch(const StateKey& key, bool write);
    /// The transaction at hand is complete; the next begins.
    void end_transaction();
    /// What was collected, and an empty builder. Accesses since the last end_transaction() are
    /// dropped. O(n log n).
    [[nodiscard]] AccessSets finish();

  private:
    absl::flat_hash_map<StateKey, std::uint32_t> ids_;
    std::vector<std::uint32_t> last_touch_;  // by id: 1 + its place in accesses_ when last touched
    AccessSets sets_;                        // keys in order of arrival until finish()
};

}  // namespace commitbench
