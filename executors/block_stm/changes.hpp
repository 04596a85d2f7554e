// SPDX-License-Identifier: Apache-2.0
// From the versions of a block to its StateDiff.
#pragma once

#include "executors/block_stm/multi_version.hpp"

namespace commitbench::block_stm {

[[nodiscard]] inline Change change_of(const Entry& entry, const Value& value) {
    const Value* base = entry.base.load(std::memory_order_relaxed);
    const bool was_present = base != nullptr && base->kind == ValueKind::present;
    return {entry.key, was_present ? base->view() : ByteView{},
            value.kind == ValueKind::present ? value.view() : ByteView{},
            base == nullptr ? OldState::unknown
            : was_present   ? OldState::present
                            : OldState::absent,
            value.kind == ValueKind::absent};
}

/// Fills share.changes with what came of the entries that the worker made, ascending by key: each
/// worker does its own, when nobody writes any more. False: its reader failed, see share.error.
template<class Worker>
[[nodiscard]] bool collect_changes(Worker& worker, WorkerShare& share) {
    struct Place {
        std::uint64_t prefix;
        Entry* entry;
    };
    std::vector<Place> order;
    order.reserve(share.entries.size());
    for (Entry* const entry : share.entries) {
        order.push_back({entry->key.prefix(), entry});
    }
    std::ranges::sort(order, [](const Place& a, const Place& b) {
        return a.prefix != b.prefix ? a.prefix < b.prefix : a.entry->key < b.entry->key;
    });
    share.changes.reserve(order.size());
    for (const Place& place : order) {
        Entry& entry = *place.entry;
        const Below last =
            MultiVersion::resolve(worker, entry.head.load(std::memory_order_acquire));
        const Value* value = last.value;
        if (last.summed) {
            const Value* counter =
                value != nullptr ? value : MultiVersion::base(worker, entry, share);
            if (counter == nullptr) {
                return false;
            }
            value = MultiVersion::sum(*counter, last.sum, share.memory);
        }
        if (value != nullptr) {
            share.changes.push_back(change_of(entry, *value));
        }
    }
    return true;
}

/// The changes of all shares in one ascending order. O(changes x shares).
template<class Shares>
void merge_changes(const Shares& shares, StateDiff& diff) {
    std::vector<std::span<const Change>> rests;
    for (const WorkerShare& share : shares) {
        if (!share.changes.empty()) {
            rests.emplace_back(share.changes);
        }
    }
    while (!rests.empty()) {
        const auto lowest = std::ranges::min_element(
            rests, [](const auto& a, const auto& b) { return a.front().key < b.front().key; });
        diff.add_placed(lowest->front());
        *lowest = lowest->subspan(1);
        if (lowest->empty()) {
            rests.erase(lowest);
        }
    }
}

}  // namespace commitbench::block_stm
