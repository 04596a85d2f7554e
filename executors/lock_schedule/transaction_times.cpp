// SPDX-License-Identifier: Apache-2.0
#include "executors/lock_schedule/transaction_times.hpp"

#include <algorithm>
#include <chrono>

namespace commitbench {

std::uint64_t TransactionTimes::now_ns() noexcept {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
}

void TransactionTimes::begin(std::size_t transactions) {
    stamps_.assign(transactions, Stamp());
    begun_ = stamps_.empty() ? 0 : now_ns();
}

void TransactionTimes::end(const PrecedenceGraph& graph, std::uint32_t workers) {
    if (stamps_.empty()) {
        return;
    }
    const std::uint64_t wall = now_ns() - begun_;
    std::vector<std::uint64_t> chain(stamps_.size(), 0);  // longest before the transaction
    std::vector<std::uint64_t> ready(stamps_.size(), begun_);
    std::uint64_t work = 0;
    std::uint64_t span = 0;
    for (std::uint32_t index = 0; index < stamps_.size(); ++index) {
        const Stamp& stamp = stamps_[index];
        const std::uint64_t took = stamp.end - stamp.start;
        work += took;
        span = std::max(span, chain[index] + took);
        wait_ns_ += stamp.start - std::min(stamp.start, ready[index]);
        graph.for_each_successor(index, [&](std::uint32_t later) {
            chain[later] = std::max(chain[later], chain[index] + took);
            ready[later] = std::max(ready[later], stamp.end);
        });
    }
    work_ns_ += work;
    span_ns_ += span;
    idle_ns_ += wall * workers - std::min(work, wall * workers);
}

void TransactionTimes::counters(CounterVisitor& visitor) const {
    visitor.counter("work_ns", work_ns_);
    visitor.counter("span_ns", span_ns_);
    visitor.counter("wait_ns", wait_ns_);
    visitor.counter("idle_ns", idle_ns_);
}

}  // namespace commitbench
