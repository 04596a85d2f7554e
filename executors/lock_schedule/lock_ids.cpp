// SPDX-License-Identifier: Apache-2.0
#include "executors/lock_schedule/lock_ids.hpp"

#include "executors/declared/declared_sets.hpp"

namespace commitbench {

void LockIds::begin(const DeclaredBlock& declared) {
    declared_ = &declared;
    next_ = 0;
    if (!resolve_) {
        most_locks_ = declared.locks().keys().size();
        return;
    }
    most_locks_ = declared.sets().accesses().size();
    key_ids_.begin();
    accesses_.resize(most_locks_);
    if (lock_bits_ != kKeyBits) {
        lock_ids_.begin();
        lock_of_.clear();
    }
}

std::span<const Access> LockIds::next_row() {
    const std::uint32_t index = next_++;
    if (!resolve_) {
        return declared_->locks().of(index);
    }
    const std::span<const std::uint32_t> begins = declared_->sets().begins();
    const std::span<const Access> declared = declared_->sets().accesses();
    const std::span<const StateKey> keys = declared_->keys();
    for (std::uint32_t at = begins[index]; at < begins[index + 1]; ++at) {
        accesses_[at].key = key_ids_.intern(keys[at]) & 0x7fffffffU;
        accesses_[at].write = declared[at].write;
    }
    const std::span<const Access> row = std::span<const Access>(accesses_).subspan(
        begins[index], begins[index + 1] - begins[index]);
    return lock_bits_ == kKeyBits ? row : in_locks(row);
}

std::span<const Access> LockIds::in_locks(std::span<const Access> row) {
    lock_row_.clear();
    for (const Access access : row) {
        if (access.key == lock_of_.size()) {
            lock_of_.push_back(
                lock_ids_.intern(leading_bits(key_ids_.keys()[access.key], lock_bits_)));
        }
        Access lock;
        lock.key = lock_of_[access.key] & 0x7fffffffU;
        lock.write = access.write;
        lock_row_.push_back(lock);
    }
    std::ranges::sort(lock_row_, {}, [](const Access& access) { return unsigned{access.key}; });
    std::size_t kept = 0;
    for (const Access lock : lock_row_) {
        if (kept != 0 && lock_row_[kept - 1].key == lock.key) {
            lock_row_[kept - 1].write = lock_row_[kept - 1].write | lock.write;
        } else {
            lock_row_[kept++] = lock;
        }
    }
    lock_row_.resize(kept);
    return lock_row_;
}

}  // namespace commitbench
