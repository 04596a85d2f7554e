// SPDX-License-Identifier: Apache-2.0
#include "harness/core/access_sets.hpp"

#include <algorithm>
#include <numeric>

namespace commitbench {

void AccessSetsBuilder::touch(const StateKey& key, bool write) {
    const auto [place, is_new] =
        ids_.try_emplace(key, static_cast<std::uint32_t>(sets_.keys_.size()));
    if (is_new) {
        sets_.keys_.push_back(key);
        last_touch_.push_back(0);
    }
    const std::uint32_t id = place->second;
    const std::uint32_t begin = sets_.begins_.back();
    if (last_touch_[id] > begin) {
        Access& known = sets_.accesses_[last_touch_[id] - 1];
        known.write = known.write | (write ? 1U : 0U);
        return;
    }
    Access access;
    access.key = id & 0x7fffffffU;
    access.write = write ? 1U : 0U;
    sets_.accesses_.push_back(access);
    last_touch_[id] = static_cast<std::uint32_t>(sets_.accesses_.size());
}

void AccessSetsBuilder::end_transaction() {
    sets_.begins_.push_back(static_cast<std::uint32_t>(sets_.accesses_.size()));
}

AccessSets AccessSetsBuilder::finish() {
    AccessSets sets = std::move(sets_);
    sets_ = AccessSets();
    ids_.clear();
    last_touch_.clear();
    sets.accesses_.resize(sets.begins_.back());

    std::vector<std::uint32_t> order(sets.keys_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, {}, [&](std::uint32_t id) { return sets.keys_[id]; });
    std::vector<StateKey> keys(order.size());
    std::vector<std::uint32_t> new_id(order.size());
    for (std::uint32_t place = 0; place < order.size(); ++place) {
        keys[place] = sets.keys_[order[place]];
        new_id[order[place]] = place;
    }
    sets.keys_ = std::move(keys);
    for (Access& access : sets.accesses_) {
        access.key = new_id[access.key] & 0x7fffffffU;
    }
    for (std::size_t i = 0; i < sets.size(); ++i) {
        std::ranges::sort(sets.accesses_.begin() + sets.begins_[i],
                          sets.accesses_.begin() + sets.begins_[i + 1], {},
                          [](const Access& access) { return std::uint32_t{access.key}; });
    }
    return sets;
}

}  // namespace commitbench
