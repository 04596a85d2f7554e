// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/height_batches.hpp"

namespace commitbench::paged {

void HeightBatches::make(const NodeHasher& hasher) {
    leaf_jobs_.clear();
    for (const Leaf& leaf : leaves_) {
        leaf_jobs_.push_back(
            {leaf.entry->key.bytes.data(), leaf.entry->value_hash.data(), &nodes_[leaf.self]});
    }
    hasher.make_leaves(leaf_jobs_);

    ascending_.resize(internals_.size());
    std::uint32_t before = 0;
    for (std::uint32_t& count : at_height_) {  // counts become where each height begins
        before += std::exchange(count, before);
    }
    for (const Internal& internal : internals_) {
        ascending_[at_height_[heights_[internal.self]]++] = internal;
    }
    std::uint32_t first = 0;
    for (const std::uint32_t end : at_height_) {  // by now, where each height ends
        pair_jobs_.clear();
        for (std::uint32_t i = first; i < end; ++i) {
            const Internal& internal = ascending_[i];
            pair_jobs_.push_back(
                {&node(internal.left), &node(internal.right), &nodes_[internal.self]});
        }
        hasher.make_internal(pair_jobs_);
        first = end;
    }
}

void HeightBatches::clear() noexcept {
    nodes_.clear();
    heights_.clear();
    leaves_.clear();
    internals_.clear();
    at_height_.clear();
}

}  // namespace commitbench::paged
