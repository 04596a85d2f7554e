// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/prover.hpp"

namespace commitbench::paged {

Status Prover::visit_terminals(std::span<const StateKey> keys, TerminalVisitor& visitor) {
    std::optional<Place> last;
    for (const StateKey& key : keys) {
        if (last && is_below(key, *last)) {
            continue;
        }
        steps_.clear();
        siblings_.clear();
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
        const Terminal terminal = prove(key, *bucket, depth);
        last = terminal.place;
        visitor.visit(terminal, siblings_);
    }
    return {};
}

/// Within the bucket whose sub-tree begins at `depth` (null: a terminator is there).
Terminal Prover::prove(const StateKey& key, const Bucket* bucket, std::uint32_t depth) {
    if (bucket == nullptr) {
        return Terminal::of_nothing(key, depth);
    }
    std::size_t begin = 0;
    std::size_t end = bucket->count();
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
    if (begin == end) {
        return Terminal::of_nothing(key, depth);
    }
    return Terminal::of_leaf({bucket->key(begin), hasher_.value_hash(bucket->value(begin))}, depth);
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
