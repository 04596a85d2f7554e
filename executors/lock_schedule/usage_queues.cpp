// SPDX-License-Identifier: Apache-2.0
#include "executors/lock_schedule/usage_queues.hpp"

namespace commitbench {

void UsageQueues::begin(std::size_t locks) {
    // Lines are empty once their block has run, but a block may have been stopped.
    for (Lock& lock : locks_) {
        lock.holders = 0;
        lock.line.clear();
    }
    if (locks_.size() < locks) {
        locks_.resize(locks);
    }
    waits_for_.clear();
    begins_.assign(1, 0);
    accesses_.clear();
}

bool UsageQueues::add(std::span<const Access> row) {
    const auto index = static_cast<std::uint32_t>(waits_for_.size());
    std::uint32_t waits = 0;
    for (const Access access : row) {
        Lock& lock = locks_[access.key];
        const bool write = access.write != 0;
        if (lock.line.empty() && (lock.holders == 0 || (!write && !lock.written))) {
            ++lock.holders;
            lock.written = write;
        } else {
            lock.line.push_back({index, write});
            ++waits;
        }
    }
    waits_for_.push_back(waits);
    accesses_.insert(accesses_.end(), row.begin(), row.end());
    begins_.push_back(static_cast<std::uint32_t>(accesses_.size()));
    return waits == 0;
}

}  // namespace commitbench
