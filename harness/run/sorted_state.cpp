// SPDX-License-Identifier: Apache-2.0
#include "harness/run/sorted_state.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace commitbench {
namespace {

constexpr std::size_t kLeastCapacity = 64;
constexpr std::uint64_t kLargestPrefix = std::numeric_limits<std::uint64_t>::max();

}  // namespace

SortedWorkloadState::SortedWorkloadState(const Workload& workload,
                                         const Backend& backend,
                                         SortLimits limits)
    : workload_(workload),
      backend_(backend),
      progress_(limits.progress == nullptr ? silent_progress() : *limits.progress),
      interrupt_(limits.interrupt),
      size_(workload.state_size()),
      capacity_(std::max<std::size_t>(
          kLeastCapacity,
          std::min<std::uint64_t>(size_, limits.memory_bytes / sizeof(StatePlace)))) {}

Result<bool> SortedWorkloadState::next(StateKey& key, ByteView& value) {
    while (at_ == places_.size()) {
        if (complete_) {
            progress_.end(given_);
            if (given_ != size_) {
                return Error{ErrorCode::corrupt,
                             fmt::format("the workload gave {} keys and promised {}: its keys are "
                                         "not the same every time they are made",
                                         given_, size_)};
            }
            return false;
        }
        COMMITBENCH_TRY(fill());
    }
    if (given_ % kStepsBetweenLooks == 0) {
        if (is_set(interrupt_)) {
            return Error{ErrorCode::interrupted,
                         fmt::format("interrupted after loading {} of {} keys", given_, size_)};
        }
        progress_.update(given_);
    }
    const std::uint64_t index = places_[at_++].index;
    key = workload_.key(index);
    workload_.value(index, value_);
    value = value_;
    ++given_;
    return true;
}

Status SortedWorkloadState::fill() {
    if (passes_ > 0) {
        progress_.end(given_);
        first_ = last_ + 1;  // INVARIANT: last_ < kLargestPrefix, or the pass was complete
    }
    ++passes_;
    places_.clear();
    places_.reserve(capacity_);
    at_ = 0;
    last_ = kLargestPrefix;
    progress_.begin("sorting", "keys", size_);
    for (std::uint64_t index = 0; index < size_; ++index) {
        if (index % kStepsBetweenLooks == 0) {
            if (is_set(interrupt_)) {
                return Error{ErrorCode::interrupted, "interrupted while sorting the first state"};
            }
            progress_.update(index);
        }
        const std::uint64_t prefix = backend_.path_of(workload_.key(index)).prefix();
        if (prefix < first_ || prefix > last_) {
            continue;
        }
        if (places_.size() == capacity_) {
            keep_the_smaller_half();
            if (prefix > last_) {
                continue;
            }
        }
        places_.push_back({prefix, index});
    }
    COMMITBENCH_TRY(sort_places(places_, workload_,
                                [this](const StateKey& key) { return backend_.path_of(key); }));
    complete_ = last_ == kLargestPrefix;
    progress_.end(size_);
    progress_.begin("loading", "keys", size_);
    return {};
}

void SortedWorkloadState::keep_the_smaller_half() {
    const auto middle = places_.begin() + static_cast<std::ptrdiff_t>(places_.size() / 2);
    std::ranges::nth_element(places_, middle, {}, &StatePlace::prefix);
    const std::uint64_t pivot = middle->prefix;
    // Keys that share a prefix must be given in one pass, or their order could not be told: the cut
    // lies below the pivot or, where nothing does, right above it.
    const auto is_below = [&](const StatePlace& place) { return place.prefix < pivot; };
    const bool any_below = std::any_of(places_.begin(), middle, is_below);
    const std::uint64_t last = any_below ? pivot - 1 : pivot;
    std::erase_if(places_, [&](const StatePlace& place) { return place.prefix > last; });
    if (places_.size() == capacity_) {
        capacity_ *= 2;  // all of them share one prefix
        places_.reserve(capacity_);
        return;
    }
    last_ = last;
}

}  // namespace commitbench
