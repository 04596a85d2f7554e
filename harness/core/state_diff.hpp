// SPDX-License-Identifier: Apache-2.0
// StateDiff: what a block changed, in the one form every backend takes.
#pragma once

#include "harness/core/arena.hpp"
#include "harness/core/state_key.hpp"

#include <span>
#include <string>

namespace commitbench {

enum class OldState : std::uint8_t { unknown, absent, present };

/// The net write of one key. Views point into the StateDiff that holds the Change.
struct Change {
    StateKey key;
    ByteView old_value;  ///< meaningful where old_state == present
    ByteView new_value;  ///< empty where deleted
    OldState old_state = OldState::unknown;
    bool deleted = false;
};

/// A block's net writes: each key once, ascending. Owns its bytes, unless it borrows them. Not
/// thread-safe while being built; readable from many threads afterwards.
class StateDiff {
  public:
    /// Appends a Change whose values are copied. Keys may come in any order; call sort() at the
    /// end.
    void add(const StateKey& key, OldState old_state, ByteView old_value, ByteView new_value);
    void add_deletion(const StateKey& key, OldState old_state, ByteView old_value);

    /// Appends a Change whose values already live in arena(), or where whoever makes the diff keeps
    /// them for as long.
    void add_placed(const Change& change) { changes_.push_back(change); }
    [[nodiscard]] Arena& arena() noexcept { return arena_; }

    /// Orders by key. O(n log n) comparisons of 8-byte prefixes. INVARIANT afterwards: keys ascend
    /// strictly.
    void sort();

    /// Makes it one over changes that somebody else keeps for as long: nothing is copied.
    /// INVARIANT: their keys ascend strictly, and nothing is added until the next clear().
    void borrow(std::span<const Change> changes) {
        clear();
        borrowed_ = changes;
    }

    [[nodiscard]] std::span<const Change> changes() const noexcept {
        return borrowed_.empty() ? changes_ : borrowed_;
    }
    [[nodiscard]] std::size_t size() const noexcept { return changes().size(); }

    void clear() {
        changes_.clear();
        borrowed_ = {};
        arena_.reset();
    }

    /// 128-bit XXH3 digest (hex) of (key, deleted, new value) in key order. Says nothing of old
    /// values: an executor need not know them. Not cryptographic: it finds mistakes, not forgeries.
    [[nodiscard]] std::string digest() const;

    /// Sum of key and new-value lengths in bytes: the "logical bytes" of write amplification.
    [[nodiscard]] std::uint64_t logical_bytes() const noexcept;

  private:
    std::vector<Change> changes_;
    std::span<const Change> borrowed_;  // instead of changes_
    Arena arena_;
};

}  // namespace commitbench
