// SPDX-License-Identifier: Apache-2.0
// LockScheduler: runs each transaction of a block once, after all that it must wait for.
//
//   begin(); add(row) for every transaction in block order; run()
//
// Nobody schedules. Workers claim transactions in block order; whoever claims one that still waits
// for others goes on to the next. A worker that has run a transaction counts down its successors,
// runs the first that was claimed and waits for nothing more itself, and puts the others where
// workers look before they claim. So transactions run in block order but for those that had to
// wait, and what belongs to neighbours in the block is in the cache.
//
// With `dedicated`, worker 0 does the counting and runs nothing, the others take what it says.
#pragma once

#include "executors/lock_schedule/once_queue.hpp"
#include "executors/lock_schedule/schedule_plan.hpp"
#include "executors/lock_schedule/spin_lock.hpp"
#include "executors/lock_schedule/usage_queues.hpp"
#include "harness/core/precedence_graph.hpp"
#include "harness/runtime/bell.hpp"

#include <algorithm>

namespace commitbench {

template<Pool P, class Traits = SchedulerTraits>
class LockScheduler {
  public:
    using Worker = typename P::Worker;
    static constexpr std::uint32_t kNone = OnceQueue::kNone;

    /// Borrows the pool. INVARIANT: plan.order is fifo, or plan.algorithm is graph.
    LockScheduler(P& pool, const SchedulePlan& plan)
        : pool_(pool),
          algorithm_(plan.algorithm),
          order_(plan.order),
          dedicated_(plan.dedicated && pool.workers() > 1),
          alone_(pool.workers() == 1),
          claims_(algorithm_ == Algorithm::graph && order_ == ReadyOrder::fifo && !dedicated_) {}

    /// Forgets the block before. As PrecedenceGraph::begin.
    void begin(std::size_t transactions, std::size_t locks, std::size_t accesses) {
        size_ = 0;
        if (algorithm_ == Algorithm::graph) {
            graph_.begin(transactions, locks, accesses);
        } else {
            queues_.begin(locks);
        }
        // A broken copy pushes more than there is.
        ready_.begin(Traits::kReleasesTwice ? transactions + 8 * accesses : transactions);
        heap_.clear();
        waiting_.store(0, std::memory_order_relaxed);
        if (dedicated_) {
            completed_.begin(transactions);
        }
        claimed_.store(0, std::memory_order_relaxed);
        idle_.store(0, std::memory_order_relaxed);
        over_.store(0, std::memory_order_relaxed);
    }

    void add(std::span<const Access> row) {
        const std::uint32_t index = size_++;
        bool is_ready = false;
        if (algorithm_ == Algorithm::graph) {
            graph_.add(row);
            is_ready = graph_.pending(index) == 0;
            if (claims_) {
                ++graph_.pending(index);  // for its claim
                return;
            }
        } else {
            is_ready = queues_.add(row);
        }
        if (is_ready && order_ == ReadyOrder::fifo) {
            ready_.push_alone(index);
        }
    }

    /// Calls execute(worker, transaction) -> bool on any worker: false stops the block. A worker
    /// without a transaction calls pass_time(worker) -> bool until that has nothing to do either.
    /// What happened in execute() happened before execute() of every transaction that waits for it.
    /// What pool.run() gives.
    template<class Execute, class PassTime>
    bool run(Execute execute, PassTime pass_time) {
        rank();
        return pool_.run([&](Worker& worker) {
            if (dedicated_ && worker.index() == 0) {
                direct(worker);
            } else {
                work(worker, execute, pass_time);
            }
        });
    }

    /// INVARIANT: the plan says graph.
    [[nodiscard]] const PrecedenceGraph& graph() const noexcept { return graph_; }

  private:
    template<class Execute, class PassTime>
    void work(Worker& worker, Execute& execute, PassTime& pass_time) {
        std::uint32_t mine = kNone;
        while (true) {
            if (mine == kNone) {
                mine = take(worker, pass_time);
            }
            if (mine == kNone || over_.load(std::memory_order_relaxed) != 0) {
                return;
            }
            if (claims_) {
                graph_.prefetch_successors(mine);
            }
            std::uint32_t next = kNone;
            if constexpr (Traits::kReleasesBeforeItRan) {
                next = release(worker, mine);
            }
            if (!execute(worker, mine)) {
                end(worker);
                return;
            }
            if constexpr (!Traits::kReleasesBeforeItRan) {
                next = release(worker, mine);
            }
            mine = next;
        }
    }

    /// A ready transaction, or kNone when the block is over.
    template<class PassTime>
    std::uint32_t take(Worker& worker, PassTime& pass_time) {
        while (true) {
            const std::uint32_t found = pop(worker);
            if (found != kNone) {
                return found;
            }
            if (pass_time(worker)) {
                continue;
            }
            worker.step();
            // Only who runs a transaction makes others ready, and looks at the queue afterwards
            // until it is empty. So once all are idle, it is empty for good.
            if (!dedicated_ &&
                idle_.fetch_add(1, std::memory_order_seq_cst) + 1 == pool_.workers()) {
                end(worker);
                return kNone;
            }
            rest(worker, bell_, [&] { return any(worker) || is_over(worker); });
            if (is_over(worker)) {
                return kNone;
            }
            worker.step();
            if (!dedicated_) {
                idle_.fetch_sub(1, std::memory_order_seq_cst);
            }
        }
    }

    /// `done` has run. One that waits for nothing more, for the worker to run itself, or kNone.
    std::uint32_t release(Worker& worker, std::uint32_t done) {
        if (dedicated_) {
            completed_.push(worker, done);
            completed_bell_.ring(worker, 1);
            return kNone;
        }
        if (order_ != ReadyOrder::fifo) {
            return release_by_rank(worker, done);
        }
        std::uint32_t mine = kNone;
        std::uint32_t others = 0;
        const auto ready = [&](std::uint32_t transaction) {
            if (mine == kNone) {
                mine = transaction;
            } else {
                ready_.push(worker, transaction);
                ++others;
            }
        };
        if (algorithm_ == Algorithm::queues) {
            queues_lock_.hold(worker, [&] { queues_.complete(done, ready); });
        } else {
            graph_.for_each_successor(done, [&](std::uint32_t later) {
                if (count_down(worker, later)) {
                    ready(later);
                }
            });
        }
        if (others != 0) {
            bell_.ring(worker, others);
        }
        return mine;
    }

    std::uint32_t release_by_rank(Worker& worker, std::uint32_t done) {
        std::uint32_t made_ready = 0;
        graph_.for_each_successor(done, [&](std::uint32_t later) {
            if (count_down(worker, later)) {
                push_ranked(worker, later);
                ++made_ready;
            }
        });
        const std::uint32_t mine = pop_ranked(worker);
        if (made_ready > 1 || (made_ready == 1 && mine == kNone)) {
            bell_.ring(worker, made_ready);
        }
        return mine;
    }

    /// True for whoever counts to zero.
    bool count_down(Worker& worker, std::uint32_t index) {
        if (alone_) {
            return --graph_.pending(index) == 0;
        }
        std::atomic_ref<std::uint32_t> pending(graph_.pending(index));
        worker.step();
        if constexpr (Traits::kReleasesTwice) {
            pending.fetch_sub(1, std::memory_order_acq_rel);
            worker.step();
            return pending.load(std::memory_order_acquire) == 0;
        }
        // Release: what this worker's transaction wrote. Acquire: what the others' wrote, of which
        // the one who counts to zero passes on all.
        return pending.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }

    /// Worker 0 where `dedicated`.
    void direct(Worker& worker) {
        for (std::uint32_t done = 0; done < size_;) {
            const std::uint32_t transaction = completed_.pop(worker);
            if (transaction == kNone) {
                rest(worker, completed_bell_,
                     [&] { return completed_.any(worker) || is_over(worker); });
                if (is_over(worker)) {
                    return;
                }
                continue;
            }
            ++done;
            std::uint32_t made_ready = 0;
            const auto ready = [&](std::uint32_t later) {
                push(worker, later);
                ++made_ready;
            };
            if (algorithm_ == Algorithm::queues) {
                queues_.complete(transaction, ready);
            } else {
                graph_.for_each_successor(transaction, [&](std::uint32_t later) {
                    if (--graph_.pending(later) == 0) {
                        ready(later);
                    }
                });
            }
            if (made_ready != 0) {
                bell_.ring(worker, made_ready);
            }
        }
        end(worker);
    }

    // --- what is ready ---

    void push(Worker& worker, std::uint32_t transaction) {
        if (order_ == ReadyOrder::fifo) {
            ready_.push(worker, transaction);
        } else {
            push_ranked(worker, transaction);
        }
    }
    std::uint32_t pop(Worker& worker) {
        if (order_ != ReadyOrder::fifo) {
            return pop_ranked(worker);
        }
        const std::uint32_t found = ready_.pop(worker);
        return found == kNone && claims_ ? claim(worker) : found;
    }

    bool may_claim(Worker& worker) {
        worker.step();
        return claimed_.load(std::memory_order_relaxed) < size_;
    }
    /// The next in block order that waits for nobody, or kNone when all are claimed.
    std::uint32_t claim(Worker& worker) {
        while (may_claim(worker)) {
            worker.step();
            const std::uint32_t index = claimed_.fetch_add(1, std::memory_order_relaxed);
            if (index >= size_) {
                break;
            }
            if (count_down(worker, index)) {
                return index;
            }
        }
        return kNone;
    }
    bool any(Worker& worker) {
        if (order_ == ReadyOrder::fifo) {
            return ready_.any(worker) || (claims_ && may_claim(worker));
        }
        worker.step();
        return waiting_.load(std::memory_order_seq_cst) != 0;
    }

    void push_ranked(Worker& worker, std::uint32_t transaction) {
        heap_lock_.hold(worker, [&] {
            heap_.push_back(ranked(transaction));
            std::ranges::push_heap(heap_);
            waiting_.store(static_cast<std::uint32_t>(heap_.size()), std::memory_order_seq_cst);
        });
    }
    std::uint32_t pop_ranked(Worker& worker) {
        worker.step();
        if (waiting_.load(std::memory_order_seq_cst) == 0) {
            return kNone;
        }
        return heap_lock_.hold(worker, [&] {
            if (heap_.empty()) {
                return kNone;
            }
            std::ranges::pop_heap(heap_);
            const auto transaction = ~static_cast<std::uint32_t>(heap_.back());
            heap_.pop_back();
            waiting_.store(static_cast<std::uint32_t>(heap_.size()), std::memory_order_seq_cst);
            return transaction;
        });
    }
    /// Largest first; of equal ranks the earlier transaction.
    [[nodiscard]] std::uint64_t ranked(std::uint32_t transaction) const {
        return std::uint64_t{ranks_[transaction]} << 32 | static_cast<std::uint32_t>(~transaction);
    }
    void rank() {
        if (order_ == ReadyOrder::fifo) {
            return;
        }
        ranks_.assign(size_, 0);
        for (std::uint32_t index = size_; index-- > 0;) {
            std::uint32_t& mine = ranks_[index];
            if (order_ == ReadyOrder::contention) {
                mine = graph_.successor_count(index);
            } else {
                graph_.for_each_successor(
                    index, [&](std::uint32_t later) { mine = std::max(mine, ranks_[later] + 1); });
            }
            if (graph_.pending(index) == 0) {
                heap_.push_back(ranked(index));
            }
        }
        std::ranges::make_heap(heap_);
        waiting_.store(static_cast<std::uint32_t>(heap_.size()), std::memory_order_relaxed);
    }

    // --- rest and end ---

    template<class Condition>
    void rest(Worker& worker, Bell<Traits::kLosesWakeUps>& bell, Condition condition) {
        for (std::uint32_t look = 0; look < Traits::kLooks; ++look) {
            if (condition()) {
                return;
            }
            worker.relax();
        }
        bell.wait(worker, condition);
    }
    bool is_over(Worker& worker) {
        worker.step();
        return over_.load(std::memory_order_seq_cst) != 0;
    }
    void end(Worker& worker) {
        worker.step();
        over_.store(1, std::memory_order_seq_cst);
        bell_.ring(worker, pool_.workers());
        if (dedicated_) {
            completed_bell_.ring(worker, 1);
        }
    }

    P& pool_;
    Algorithm algorithm_;
    ReadyOrder order_;
    bool dedicated_;
    bool alone_;
    bool claims_;  // in block order; else what is ready goes through ready_ or heap_
    std::uint32_t size_ = 0;
    PrecedenceGraph graph_;
    UsageQueues queues_;
    SpinLock queues_lock_;

    OnceQueue ready_;  // where order_ is fifo; else
    std::vector<std::uint32_t> ranks_;
    std::vector<std::uint64_t> heap_;  // under heap_lock_
    SpinLock heap_lock_;
    std::atomic<std::uint32_t> waiting_{0};  // size of heap_

    OnceQueue completed_;  // for the dedicated scheduler, as the next
    Bell<Traits::kLosesWakeUps> completed_bell_;

    alignas(64) std::atomic<std::uint32_t> claimed_{0};  // transactions, where claims_
    alignas(64) std::atomic<std::uint32_t> idle_{0};     // workers that found nothing
    std::atomic<std::uint32_t> over_{0};
    Bell<Traits::kLosesWakeUps> bell_;
};

}  // namespace commitbench
