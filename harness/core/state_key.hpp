// SPDX-License-Identifier: Apache-2.0
// StateKey and Root: the two 32-byte words of the design.
#pragma once

#include "harness/core/bytes.hpp"

#include <array>
#include <compare>
#include <cstring>
#include <string>

namespace commitbench {

/// 32 bytes with the tag of what they mean, so that a key is never passed as a root.
template<class Tag>
struct Word32 {
    std::array<std::uint8_t, 32> bytes{};

    // clang-tidy 14 takes the zero inside the defaulted comparison for a pointer.
    auto operator<=>(const Word32&) const = default;  // NOLINT(modernize-use-nullptr)

    [[nodiscard]] ByteView view() const noexcept { return bytes; }

    /// The first 8 bytes, most significant first: orders like the word up to ties.
    [[nodiscard]] std::uint64_t prefix() const noexcept {
        std::uint64_t first = 0;
        std::memcpy(&first, bytes.data(), sizeof first);
        return __builtin_bswap64(first);
    }

    template<class H>
    friend H AbslHashValue(H state, const Word32& word) {
        return H::combine(std::move(state), word.prefix());
    }

    /// INVARIANT: view.size() == 32.
    [[nodiscard]] static Word32 from(ByteView view) noexcept {
        Word32 word;
        std::memcpy(word.bytes.data(), view.data(), word.bytes.size());
        return word;
    }
};

/// A logical key of the state. Workloads make them **uniformly distributed** (a hash or a
/// generator's output), so that no backend has to hash keys inside the timed region and 8 bytes
/// decide nearly every comparison.
using StateKey = Word32<struct StateKeyTag>;

/// The commitment to a whole state.
using Root = Word32<struct RootTag>;

static_assert(sizeof(StateKey) == 32);

}  // namespace commitbench
