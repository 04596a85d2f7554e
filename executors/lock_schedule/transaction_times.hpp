// SPDX-License-Identifier: Apache-2.0
// TransactionTimes: when each transaction of a block began and ended, and what follows from that.
#pragma once

#include "harness/core/observer.hpp"
#include "harness/core/precedence_graph.hpp"

namespace commitbench {

/// Each transaction is clocked by whoever runs it; the rest is one thread's.
class TransactionTimes {
  public:
    /// For the next block. 0 transactions: clocks nothing, and started() and ended() cost a branch.
    void begin(std::size_t transactions);
    void started(std::uint32_t index) noexcept {
        if (!stamps_.empty()) {
            stamps_[index].start = now_ns();
        }
    }
    void ended(std::uint32_t index) noexcept {
        if (!stamps_.empty()) {
            stamps_[index].end = now_ns();
        }
    }
    /// All have ended, run by `workers`.
    void end(const PrecedenceGraph& graph, std::uint32_t workers);

    /// work_ns: of all transactions together. span_ns: of the longest chain of them, so that work
    /// over span is how many workers the block could keep busy. wait_ns: from where a transaction
    /// waited for no other any more until it began. idle_ns: of all workers, without a transaction.
    void counters(CounterVisitor& visitor) const;

  private:
    struct Stamp {
        std::uint64_t start = 0;
        std::uint64_t end = 0;
    };
    [[nodiscard]] static std::uint64_t now_ns() noexcept;

    std::vector<Stamp> stamps_;
    std::uint64_t begun_ = 0;
    std::uint64_t work_ns_ = 0;
    std::uint64_t span_ns_ = 0;
    std::uint64_t wait_ns_ = 0;
    std::uint64_t idle_ns_ = 0;
};

}  // namespace commitbench
