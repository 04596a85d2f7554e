// SPDX-License-Identifier: Apache-2.0
// Folding what a transaction read into one number, so that a wrong read cannot go unseen.
#pragma once

#include "harness/core/block.hpp"

#include <cstdint>
#include <xxhash.h>

namespace commitbench {

/// A bijection of 64-bit words in which every input bit moves every output bit. Source: the
/// finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014), variant 13 of D. Stafford.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t word) noexcept {
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
    return word ^ (word >> 31);
}

/// `digest` and all that `read` says: absent or present, and each byte. INVARIANT: not
/// ReadState::stop.
[[nodiscard]] inline std::uint64_t folded(std::uint64_t digest, const StateRead& read) noexcept {
    if (read.state == ReadState::absent) {
        return mixed(digest ^ 0x61627365'6e742121ULL);
    }
    return XXH3_64bits_withSeed(read.value.data(), read.value.size(), digest);
}

}  // namespace commitbench
