// SPDX-License-Identifier: Apache-2.0
#include "harness/core/precedence_graph.hpp"

namespace commitbench {

void PrecedenceGraph::begin(std::size_t transactions, std::size_t locks, std::size_t accesses) {
    if (transactions > capacity_) {
        nodes_ = std::make_unique_for_overwrite<Node[]>(transactions);
        capacity_ = transactions;
    }
    size_ = 0;
    edges_ = 0;
    chunks_.clear();
    tails_.assign(locks, {kNone, kNone});
    if (readers_.size() < accesses) {
        readers_.resize(accesses);
    }
    readers_used_ = 0;
}

void PrecedenceGraph::add(std::span<const Access> row) {
    const std::uint32_t index = size_++;
    Node& node = nodes_[index];
    node.pending = 0;
    node.count = 0;
    node.newest = kNone;
    for (const Access access : row) {
        Tail& tail = tails_[access.key];
        if (access.write == 0) {
            if (tail.writer != kNone) {
                link(tail.writer, index);
            }
            readers_[readers_used_] = {index, tail.readers};
            tail.readers = readers_used_++;
            continue;
        }
        if (tail.readers == kNone) {
            if (tail.writer != kNone) {
                link(tail.writer, index);
            }
        } else {
            for (std::uint32_t at = tail.readers; at != kNone; at = readers_[at].older) {
                link(readers_[at].transaction, index);
            }
        }
        tail = {index, kNone};
    }
}

void PrecedenceGraph::link(std::uint32_t earlier, std::uint32_t later) {
    Node& node = nodes_[earlier];
    if (node.newest == later) {
        return;  // they meet at another key too
    }
    node.newest = later;
    ++nodes_[later].pending;
    ++edges_;
    if (node.count < kInside) {
        node.successors[node.count++] = later;
    } else {
        spill(node, later);
    }
}

void PrecedenceGraph::spill(Node& node, std::uint32_t later) {
    const std::uint32_t place = (node.count++ - kInside) % kInChunk;
    if (place == 0) {
        const auto fresh = static_cast<std::uint32_t>(chunks_.size());
        chunks_.emplace_back();
        if (node.count == kInside + 1) {
            node.first_chunk = fresh;
        } else {
            chunks_[node.last_chunk].next = fresh;
        }
        node.last_chunk = fresh;
    }
    chunks_[node.last_chunk].successors[place] = later;
}

void PrecedenceGraph::build(const AccessSets& sets) {
    begin(sets.size(), sets.keys().size(), sets.accesses().size());
    for (std::size_t index = 0; index < sets.size(); ++index) {
        add(sets.of(index));
    }
}

}  // namespace commitbench
