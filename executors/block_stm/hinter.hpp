// SPDX-License-Identifier: Apache-2.0
// Hinter: estimates for what transactions declare that they will write (hints=exact).
#pragma once

#include "executors/block_stm/multi_version.hpp"

namespace commitbench::block_stm {

/// Puts estimates into the memory a little ahead of the transactions that are begun, and not for
/// the whole block at once: readers would walk past all of those above them.
class Hinter {
  public:
    /// `sets` null: nothing is declared.
    Hinter(const AccessSets* sets, std::span<Transaction> transactions)
        : sets_(sets),
          transactions_(transactions),
          entries_(sets == nullptr ? 0 : sets->keys().size()) {}

    /// To be called before transaction `index` is executed: returns when its own estimates, and
    /// those of the ones below, are there.
    template<class Worker>
    void reach(Worker& worker, MultiVersion& versions, WorkerShare& share, std::uint32_t index) {
        if (sets_ == nullptr) {
            return;
        }
        const auto size = static_cast<std::uint32_t>(transactions_.size());
        const std::uint32_t wanted = std::min(size, index + kAhead);
        worker.step();
        for (std::uint32_t end = end_.load(); end < wanted; end = end_.load()) {
            worker.step();
            if (busy_.exchange(1) == 0) {
                worker.step();
                // Looked at again: another worker may just have done it.
                if (end = end_.load(); end < wanted) {
                    const std::uint32_t next = std::min(size, end + kAhead);
                    for (; end < next; ++end) {
                        insert(worker, versions, share, end);
                    }
                    worker.step();
                    end_.store(end);
                }
                worker.step();
                busy_.store(0);
            } else if (end > index) {
                return;
            } else {
                worker.relax();
            }
        }
    }

  private:
    static constexpr std::uint32_t kAhead = 32;

    template<class Worker>
    void insert(Worker& worker, MultiVersion& versions, WorkerShare& share, std::uint32_t index) {
        Transaction& transaction = transactions_[index];
        for (const Access access : sets_->of(index)) {
            if (access.write == 0) {
                continue;
            }
            Entry*& entry = entries_[access.key];
            if (entry == nullptr) {
                entry = &versions.entry(worker, sets_->keys()[access.key], share);
            }
            auto* made = share.memory.make<Version>();
            made->transaction = index;
            made->entry = entry;
            made->payload.store(Payload(nullptr, Mark::estimate).word(), std::memory_order_relaxed);
            made->in_write_set = true;  // no transaction above has begun yet
            made->sibling = transaction.versions;
            transaction.versions = made;
            MultiVersion::insert(worker, *entry, *made);
        }
    }

    const AccessSets* sets_;
    std::span<Transaction> transactions_;
    std::vector<Entry*> entries_;         // by place in the declared keys; who is busy owns it
    std::atomic<std::uint32_t> end_{0};   // transactions below it have their estimates
    std::atomic<std::uint32_t> busy_{0};  // somebody inserts
};

}  // namespace commitbench::block_stm
