// SPDX-License-Identifier: Apache-2.0
// KeyTable: gives the keys of a block dense ids, in the order of their first use.
#pragma once

#include "harness/core/state_key.hpp"

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace commitbench {

/// Open addressing with linear steps, 8 bytes a place and no more than half of them in use. Never
/// grows: whoever declares says how many. One thread.
class KeyTable {
  public:
    /// Empties it. INVARIANT: at most `most` different keys follow.
    void begin(std::size_t most) {
        const std::size_t places = std::bit_ceil(2 * most + 2);
        shift_ = 64U - static_cast<unsigned>(std::countr_zero(places));
        mask_ = places - 1;
        places_.assign(places, {0, kFree});
        keys_.clear();
        keys_.reserve(most);
    }

    /// Its id: the number of keys before it where it is new.
    std::uint32_t intern(const StateKey& key) {
        // Multiplied, because names of coarse locks end in zeros.
        const std::uint64_t hash = key.prefix() * 0x9e3779b97f4a7c15ULL;
        const auto tag = static_cast<std::uint32_t>(hash);
        for (std::size_t at = hash >> shift_;; at = (at + 1) & mask_) {
            Place& place = places_[at];
            if (place.id == kFree) {
                place = {tag, static_cast<std::uint32_t>(keys_.size())};
                keys_.push_back(key);
                return place.id;
            }
            if (place.tag == tag && keys_[place.id] == key) {
                return place.id;
            }
        }
    }

    /// By id.
    [[nodiscard]] std::span<const StateKey> keys() const noexcept { return keys_; }

  private:
    static constexpr std::uint32_t kFree = UINT32_MAX;
    struct Place {
        std::uint32_t tag;
        std::uint32_t id;
    };

    std::vector<Place> places_;
    std::vector<StateKey> keys_;
    std::size_t mask_ = 0;
    unsigned shift_ = 0;
};

}  // namespace commitbench
