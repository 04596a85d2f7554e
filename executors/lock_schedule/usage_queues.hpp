// SPDX-License-Identifier: Apache-2.0
// UsageQueues: the precedence order as one queue a lock, kept up to date as transactions complete.
// The same order as PrecedenceGraph from another side, and so a check of it.
//
// A lock is held by one writer or by any number of readers. Who cannot have it at once waits in
// line, a reader behind a waiting writer too. When the last holder is done, the first in line gets
// it, and if that is a reader, so do the readers right behind it.
#pragma once

#include "harness/core/access_sets.hpp"

#include <deque>

namespace commitbench {

/// One thread at a time.
class UsageQueues {
  public:
    /// Forgets the block before. `locks`: one more than the largest Access::key.
    void begin(std::size_t locks);
    /// The next transaction in block order, with each lock at most once. True where it holds all
    /// its locks already.
    bool add(std::span<const Access> row);

    /// `index`, which holds all its locks, gives them back. Calls ready(transaction) for each that
    /// holds all of its own now.
    template<class Ready>
    void complete(std::uint32_t index, Ready ready) {
        for (std::uint32_t i = begins_[index]; i < begins_[index + 1]; ++i) {
            Lock& lock = locks_[accesses_[i].key];
            if (--lock.holders != 0) {
                continue;
            }
            while (!lock.line.empty()) {
                const Waiting next = lock.line.front();
                if (lock.holders != 0 && next.write) {
                    break;
                }
                lock.line.pop_front();
                ++lock.holders;
                lock.written = next.write;
                if (--waits_for_[next.transaction] == 0) {
                    ready(next.transaction);
                }
                if (next.write) {
                    break;
                }
            }
        }
    }

  private:
    struct Waiting {
        std::uint32_t transaction;
        bool write;
    };
    struct Lock {
        std::uint32_t holders = 0;
        bool written = false;  // meaningful where holders != 0
        std::deque<Waiting> line;
    };

    std::vector<Lock> locks_;
    std::vector<std::uint32_t> waits_for_;  // by transaction: locks it does not hold yet
    std::vector<std::uint32_t> begins_;
    std::vector<Access> accesses_;
};

}  // namespace commitbench
