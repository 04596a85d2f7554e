// SPDX-License-Identifier: Apache-2.0
// PrecedenceGraph: which transactions of a block must wait for which, from their access sets.
//
// Two transactions conflict where both touch a key and one of them writes it; the earlier goes
// first. One queue a key in block order gives that order, and of each queue only the tail matters
// to the next transaction: the last writer, and the readers since.
//
//   a reader waits for the last writer        W <- R
//   a writer waits for the readers since      W <- R, R, R <- W
//   or, where there are none, for the writer  W <- W
//
// What else must be waited for follows from these. A read is in at most two edges a key, one in and
// one out, so the graph is no larger than twice the access sets, and a counter for a group of
// readers would save nothing: each reader of it would count down as well.
#pragma once

#include "harness/core/access_sets.hpp"

#include <memory>

namespace commitbench {

/// Built in one pass, transaction by transaction in block order. A node is one cache line: it is
/// touched when an edge from it is added, when a predecessor completes, and when it completes. Not
/// thread-safe while being built. Memory is kept from block to block.
class PrecedenceGraph {
  public:
    static constexpr std::uint32_t kNone = UINT32_MAX;

    /// Forgets the block before. `locks`: one more than the largest Access::key; `accesses`: at
    /// least as many as the rows of all transactions have together.
    void begin(std::size_t transactions, std::size_t locks, std::size_t accesses);
    /// The next transaction, with each lock at most once. Amortised O(row).
    void add(std::span<const Access> row);

    /// begin() and an add() a transaction.
    void build(const AccessSets& sets);

    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    /// Distinct pairs (earlier, later).
    [[nodiscard]] std::uint64_t edges() const noexcept { return edges_; }

    /// How many transactions `index` still waits for: whoever runs the block counts it down, as an
    /// atomic where many do.
    [[nodiscard]] std::uint32_t& pending(std::uint32_t index) noexcept {
        return nodes_[index].pending;
    }
    [[nodiscard]] std::uint32_t pending(std::uint32_t index) const noexcept {
        return nodes_[index].pending;
    }
    [[nodiscard]] std::uint32_t successor_count(std::uint32_t index) const noexcept {
        return nodes_[index].count;
    }

    /// Has the first few successors' nodes fetched, for who will count them down.
    void prefetch_successors(std::uint32_t index) const noexcept {
        const Node& node = nodes_[index];
        for (std::uint32_t i = 0; i < std::min<std::uint32_t>(node.count, 4); ++i) {
            __builtin_prefetch(&nodes_[node.successors[i]], 1);
        }
    }

    /// Calls visit(later) for every transaction that waits for `index`, in block order.
    template<class Visit>
    void for_each_successor(std::uint32_t index, Visit visit) const {
        const Node& node = nodes_[index];
        std::uint32_t left = node.count;
        const std::uint32_t inside = std::min<std::uint32_t>(left, kInside);
        for (std::uint32_t i = 0; i < inside; ++i) {
            visit(node.successors[i]);
        }
        left -= inside;
        for (std::uint32_t at = node.first_chunk; left != 0; at = chunks_[at].next) {
            const std::uint32_t here = std::min<std::uint32_t>(left, kInChunk);
            for (std::uint32_t i = 0; i < here; ++i) {
                visit(chunks_[at].successors[i]);
            }
            left -= here;
        }
    }

  private:
    static constexpr std::uint32_t kInside = 11;
    static constexpr std::uint32_t kInChunk = 15;

    struct alignas(64) Node {
        std::uint32_t pending;
        std::uint32_t count;  // of successors
        std::uint32_t newest;
        std::uint32_t first_chunk;  // meaningful, as the next, where count > kInside
        std::uint32_t last_chunk;
        std::uint32_t successors[kInside];
    };
    static_assert(sizeof(Node) == 64);
    struct Chunk {
        std::uint32_t next;
        std::uint32_t successors[kInChunk];
    };
    /// The end of a key's queue.
    struct Tail {
        std::uint32_t writer;
        std::uint32_t readers;  // since the writer: place of the newest in readers_
    };
    struct Reader {
        std::uint32_t transaction;
        std::uint32_t older;
    };

    void link(std::uint32_t earlier, std::uint32_t later);
    void spill(Node& node, std::uint32_t later);

    std::unique_ptr<Node[]> nodes_;
    std::size_t capacity_ = 0;  // of nodes_
    std::uint32_t size_ = 0;
    std::uint64_t edges_ = 0;
    std::vector<Chunk> chunks_;
    std::vector<Tail> tails_;
    std::vector<Reader> readers_;
    std::uint32_t readers_used_ = 0;
};

}  // namespace commitbench
