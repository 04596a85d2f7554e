// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/prover.hpp"

namespace commitbench::paged {
namespace {

/// Terminals whose values are hashed together: enough to fill the lanes, few enough that their
/// siblings stay in the cache next to the core.
constexpr std::size_t kTogether = 64;

}  // namespace

Status Prover::visit_terminals(std::span<const StateKey> keys, TerminalVisitor& visitor) {
    waiting_.reserve(kTogether);  // jobs_ points into it
    std::optional<Place> last;
    for (const StateKey& key : keys) {
        if (last && is_below(key, *last)) {
            continue;
        }
        steps_.clear();
        auto bucket = reader_.descend(key, &steps_);
        if (!bucket) {
            return bucket.error();
        }
        std::uint32_t depth = 0;
        for (const TreeReader::Step& step : steps_) {
            const std::uint32_t levels = level_of(step.slot);
            const std::uint32_t bits = bits_of(key, step.page->depth(), levels);
            for (std::uint32_t level = 1; level <= levels; ++level) {
                const std::uint32_t slot = slot_of(level, bits >> (levels - level));
                siblings_.push_back(*step.page->node_or_terminator(slot ^ 1));
            }
            depth = step.page->depth_of(step.slot);
        }
        last = prove(key, *bucket, depth);
        if (waiting_.size() == kTogether) {
            visit_waiting(visitor);
        }
    }
    visit_waiting(visitor);
    return {};
}

void Prover::visit_waiting(TerminalVisitor& visitor) {
    hasher_.hash_values(jobs_);
    std::size_t begin = 0;
    for (const Waiting& each : waiting_) {
        visitor.visit(each.terminal,
                      std::span(siblings_).subspan(begin, each.siblings_end - begin));
        begin = each.siblings_end;
    }
    jobs_.clear();
    waiting_.clear();
    siblings_.clear();
}

/// Within the bucket whose sub-tree begins at `depth` (null: a terminator is there). The terminal
/// waits; its place.
Place Prover::prove(const StateKey& key, const Bucket* bucket, std::uint32_t depth) {
    std::size_t begin = 0;
    std::size_t end = bucket == nullptr ? 0 : bucket->count();
    for (; end - begin > 1; ++depth) {
        std::size_t middle = begin;
        while (middle < end && !bit_of(bucket->key(middle), depth)) {
            ++middle;
        }
        const bool right = bit_of(key, depth);
        siblings_.push_back(right ? sub_tree(*bucket, begin, middle, depth + 1)
                                  : sub_tree(*bucket, middle, end, depth + 1));
        (right ? begin : end) = middle;
    }
    Waiting& waiting = waiting_.emplace_back();
    waiting.siblings_end = siblings_.size();
    if (begin == end) {
        waiting.terminal = Terminal::of_nothing(key, depth);
    } else {
        waiting.terminal = Terminal::of_leaf({bucket->key(begin), {}}, depth);
        jobs_.push_back({bucket->value(begin), &waiting.terminal.leaf->value_hash});
    }
    return waiting.terminal.place;
}

Node Prover::sub_tree(const Bucket& bucket,
                      std::size_t begin,
                      std::size_t end,
                      std::uint32_t depth) const {
    if (end - begin <= 1) {
        return begin == end ? kTerminator : bucket.leaf(begin);
    }
    std::size_t middle = begin;
    while (middle < end && !bit_of(bucket.key(middle), depth)) {
        ++middle;
    }
    return hasher_.internal(sub_tree(bucket, begin, middle, depth + 1),
                            sub_tree(bucket, middle, end, depth + 1));
}

}  // namespace commitbench::paged
