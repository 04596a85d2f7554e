// SPDX-License-Identifier: Apache-2.0
// KeyTable: gives the keys of a block dense ids, in the order of their first use.
#pragma once

#include "harness/core/state_key.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace commitbench {

/// Open addressing with linear steps, 8 bytes a place and no more than half of them in use. Made
/// for as many keys as there were the last time, so that it stays in a cache however often they are
/// declared, and twice as large where more come. One thread.
class KeyTable {
  public:
    /// Empties it.
    void begin() {
        make_places(std::bit_ceil(std::max<std::size_t>(2 * keys_.size(), kFewest)));
        keys_.clear();
    }

    /// Its id: the number of keys before it where it is new.
    std::uint32_t intern(const StateKey& key) {
        const std::uint64_t hash = hash_of(key);
        const auto tag = static_cast<std::uint32_t>(hash);
        for (std::size_t at = hash >> shift_;; at = (at + 1) & mask_) {
            Place& place = places_[at];
            if (place.id == kFree) {
                const auto id = static_cast<std::uint32_t>(keys_.size());
                place = {tag, id};
                keys_.push_back(key);
                if (2 * keys_.size() > places_.size()) {
                    grow();
                }
                return id;
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
    static constexpr std::size_t kFewest = 64;  // places
    struct Place {
        std::uint32_t tag;
        std::uint32_t id;
    };

    /// Multiplied, because names of coarse locks end in zeros.
    [[nodiscard]] static std::uint64_t hash_of(const StateKey& key) noexcept {
        return key.prefix() * 0x9e3779b97f4a7c15ULL;
    }
    void make_places(std::size_t count) {
        shift_ = 64U - static_cast<unsigned>(std::countr_zero(count));
        mask_ = count - 1;
        places_.assign(count, {0, kFree});
    }
    void grow() {
        make_places(2 * places_.size());
        for (std::uint32_t id = 0; id < keys_.size(); ++id) {
            const std::uint64_t hash = hash_of(keys_[id]);
            std::size_t at = hash >> shift_;
            while (places_[at].id != kFree) {
                at = (at + 1) & mask_;
            }
            places_[at] = {static_cast<std::uint32_t>(hash), id};
        }
    }

    std::vector<Place> places_;
    std::vector<StateKey> keys_;
    std::size_t mask_ = 0;
    unsigned shift_ = 0;
};

}  // namespace commitbench
