// SPDX-License-Identifier: Apache-2.0
#include "harness/run/first_state_index.hpp"

#include <algorithm>
#include <bit>

namespace commitbench {
namespace {

/// The first `bits` bits.
std::uint64_t top(std::uint64_t prefix, unsigned bits) {
    return bits == 0 ? 0 : prefix >> (64 - bits);
}

}  // namespace

Result<std::unique_ptr<FirstStateIndex>> FirstStateIndex::make(const Workload& workload,
                                                               ProgressSink& progress,
                                                               InterruptFlag interrupt) {
    std::unique_ptr<FirstStateIndex> state(new FirstStateIndex(workload));
    const std::uint64_t size = workload.state_size();
    state->places_.reserve(size);
    progress.begin("ledger: sorting", "keys", size);
    for (std::uint64_t index = 0; index < size; ++index) {
        if (index % kStepsBetweenLooks == 0) {
            if (is_set(interrupt)) {
                return Error{ErrorCode::interrupted, "interrupted while making the ledger"};
            }
            progress.update(index);
        }
        state->places_.push_back({workload.key(index).prefix(), index});
    }
    COMMITBENCH_TRY(sort_places(state->places_, workload, [](const StateKey& key) { return key; }));
    state->make_directory();
    progress.end(size);
    return state;
}

void FirstStateIndex::make_directory() {
    directory_bits_ = static_cast<unsigned>(std::bit_width(places_.size() / 8));
    directory_.reserve((std::size_t{1} << directory_bits_) + 1);
    for (std::uint64_t rank = 0; rank < places_.size(); ++rank) {
        while (directory_.size() <= top(places_[rank].prefix, directory_bits_)) {
            directory_.push_back(rank);
        }
    }
    directory_.resize((std::size_t{1} << directory_bits_) + 1, places_.size());
}

std::uint64_t FirstStateIndex::keys_below(std::uint64_t prefix) const {
    const std::uint64_t bits = top(prefix, directory_bits_);
    const auto at = [this](std::uint64_t rank) {
        return places_.begin() + static_cast<std::ptrdiff_t>(rank);
    };
    const auto found = std::lower_bound(
        at(directory_[bits]), at(directory_[bits + 1]), prefix,
        [](const StatePlace& place, std::uint64_t wanted) { return place.prefix < wanted; });
    return static_cast<std::uint64_t>(found - places_.begin());
}

}  // namespace commitbench
