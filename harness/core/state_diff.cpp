// SPDX-License-Identifier: Apache-2.0
#include "harness/core/state_diff.hpp"

// The state structs, which the stable interface only declares: kept on the stack here.
#define XXH_STATIC_LINKING_ONLY
#include <algorithm>
#include <array>
#include <cstdio>
#include <xxhash.h>

namespace commitbench {

void StateDiff::add(const StateKey& key,
                    OldState old_state,
                    ByteView old_value,
                    ByteView new_value) {
    changes_.push_back({key, arena_.copy(old_value), arena_.copy(new_value), old_state, false});
}

void StateDiff::add_deletion(const StateKey& key, OldState old_state, ByteView old_value) {
    changes_.push_back({key, arena_.copy(old_value), {}, old_state, true});
}

void StateDiff::sort() {
    if (std::ranges::is_sorted(changes_, {}, &Change::key)) {
        return;
    }
    // A Change is 72 bytes: sorting (prefix, index) pairs moves 16 bytes a swap instead.
    struct Place {
        std::uint64_t prefix;
        std::uint32_t index;
    };
    std::vector<Place> order(changes_.size());
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        order[i] = {changes_[i].key.prefix(), static_cast<std::uint32_t>(i)};
    }
    std::ranges::sort(order, [this](const Place& a, const Place& b) {
        return a.prefix != b.prefix ? a.prefix < b.prefix
                                    : changes_[a.index].key < changes_[b.index].key;
    });
    std::vector<Change> sorted;
    sorted.reserve(changes_.size());
    for (const Place& place : order) {
        sorted.push_back(changes_[place.index]);
    }
    changes_.swap(sorted);
}

std::string StateDiff::digest() const {
    XXH3_state_t state;
    XXH3_128bits_reset(&state);
    for (const Change& change : changes()) {
        // Length and flag are part of what is hashed, so that no two diffs share an encoding.
        const std::array<std::uint64_t, 2> frame{change.new_value.size(), change.deleted ? 1U : 0U};
        XXH3_128bits_update(&state, change.key.bytes.data(), change.key.bytes.size());
        XXH3_128bits_update(&state, frame.data(), sizeof frame);
        XXH3_128bits_update(&state, change.new_value.data(), change.new_value.size());
    }
    const XXH128_hash_t hash = XXH3_128bits_digest(&state);
    std::array<char, 33> text{};
    std::snprintf(text.data(), text.size(), "%016llx%016llx",
                  static_cast<unsigned long long>(hash.high64),
                  static_cast<unsigned long long>(hash.low64));
    return text.data();
}

std::uint64_t StateDiff::logical_bytes() const noexcept {
    std::uint64_t sum = 0;
    for (const Change& change : changes()) {
        sum += change.key.bytes.size() + change.new_value.size();
    }
    return sum;
}

}  // namespace commitbench
