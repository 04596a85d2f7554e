// SPDX-License-Identifier: Apache-2.0
// LockIds: dense ids for the keys and the locks of a block.
#pragma once

#include "executors/lock_schedule/declared_block.hpp"
#include "executors/lock_schedule/key_table.hpp"
#include "executors/lock_schedule/slot_access.hpp"

namespace commitbench {

/// Either takes the ids that came with the block, which are in the order of the keys, or makes ids
/// from the keys themselves, in the order of their first use. One thread until all rows are made.
class LockIds {
  public:
    LockIds(bool resolve, unsigned lock_bits) : resolve_(resolve), lock_bits_(lock_bits) {}

    /// Borrows `declared` until the next begin().
    void begin(const DeclaredBlock& declared);
    /// Makes the row of the next transaction, in block order, and gives it in locks, each once.
    /// Valid until the next call.
    [[nodiscard]] std::span<const Access> next_row();
    /// Above every Access::key of any row.
    [[nodiscard]] std::size_t most_locks() const noexcept { return most_locks_; }

    // INVARIANT of all below: every row is made.
    [[nodiscard]] std::span<const StateKey> keys() const noexcept {
        return resolve_ ? key_ids_.keys() : declared_->sets().keys();
    }
    /// Of all transactions, in key ids.
    [[nodiscard]] std::span<const Access> accesses() const noexcept {
        return resolve_ ? std::span<const Access>(accesses_) : declared_->sets().accesses();
    }
    [[nodiscard]] DeclaredRow row_of(std::uint32_t index) const noexcept {
        const std::span<const std::uint32_t> begins = declared_->sets().begins();
        const std::uint32_t begin = begins[index];
        const std::uint32_t count = begins[index + 1] - begin;
        return {declared_->keys().subspan(begin, count), accesses().subspan(begin, count)};
    }

  private:
    std::span<const Access> in_locks(std::span<const Access> row);

    bool resolve_;
    unsigned lock_bits_;
    const DeclaredBlock* declared_ = nullptr;
    std::uint32_t next_ = 0;
    std::size_t most_locks_ = 0;
    // Where resolve_:
    KeyTable key_ids_;
    std::vector<Access> accesses_;
    // and a lock is not a key:
    KeyTable lock_ids_;
    std::vector<std::uint32_t> lock_of_;  // by key id
    std::vector<Access> lock_row_;
};

}  // namespace commitbench
