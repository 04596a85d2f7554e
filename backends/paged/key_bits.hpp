// SPDX-License-Identifier: Apache-2.0
// Keys as paths of 256 bits, the most significant bit of byte 0 first.
#pragma once

#include "harness/core/state_key.hpp"

namespace commitbench::paged {

inline constexpr std::uint32_t kKeyBits = 256;

/// INVARIANT: i < kKeyBits.
[[nodiscard]] inline bool bit_of(const StateKey& key, std::uint32_t i) noexcept {
    return ((key.bytes[i / 8] >> (7 - i % 8)) & 1) != 0;
}

/// Word i of four, most significant first: orders like the key.
[[nodiscard]] inline std::uint64_t key_word(const StateKey& key, std::uint32_t i) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, key.bytes.data() + std::size_t{8} * i, sizeof word);
    return __builtin_bswap64(word);
}

/// Four words instead of a call: buckets compare keys all the time.
[[nodiscard]] inline bool same_key(const StateKey& a, const StateKey& b) noexcept {
    std::array<std::uint64_t, 4> left;
    std::array<std::uint64_t, 4> right;
    std::memcpy(left.data(), a.bytes.data(), sizeof left);
    std::memcpy(right.data(), b.bytes.data(), sizeof right);
    return ((left[0] ^ right[0]) | (left[1] ^ right[1]) | (left[2] ^ right[2]) |
            (left[3] ^ right[3])) == 0;
}

/// Leading bits that the keys share; kKeyBits where they are equal.
[[nodiscard]] inline std::uint32_t shared_bits(const StateKey& a, const StateKey& b) noexcept {
    for (std::uint32_t i = 0; i < 4; ++i) {
        const std::uint64_t differ = key_word(a, i) ^ key_word(b, i);
        if (differ != 0) {
            return i * 64 + static_cast<std::uint32_t>(__builtin_clzll(differ));
        }
    }
    return kKeyBits;
}

/// Bits [from, from + count) as a number, count <= 8. INVARIANT: from + count <= kKeyBits.
[[nodiscard]] inline std::uint32_t bits_of(const StateKey& key,
                                           std::uint32_t from,
                                           std::uint32_t count) noexcept {
    const std::uint32_t byte = from / 8;
    const std::uint32_t next = byte + 1 < 32 ? key.bytes[byte + 1] : 0U;
    const std::uint32_t two = static_cast<std::uint32_t>(key.bytes[byte]) << 8 | next;
    return (two >> (16 - from % 8 - count)) & ((1U << count) - 1);
}

/// The key with every bit from `depth` on cleared: the first key below that node.
[[nodiscard]] inline StateKey prefix_of(const StateKey& key, std::uint32_t depth) noexcept {
    StateKey prefix;
    std::memcpy(prefix.bytes.data(), key.bytes.data(), depth / 8);
    if (depth % 8 != 0) {
        prefix.bytes[depth / 8] =
            static_cast<std::uint8_t>(key.bytes[depth / 8] & (0xff00U >> depth % 8));
    }
    return prefix;
}

/// A place in the trie: the node `depth` bits below the root along `path`, whose other bits are 0.
/// The root is depth 0.
struct Place {
    StateKey path;
    std::uint16_t depth = 0;

    auto operator<=>(const Place&) const = default;  // NOLINT(modernize-use-nullptr)
};

[[nodiscard]] inline bool is_below(const StateKey& key, const Place& place) noexcept {
    return shared_bits(key, place.path) >= place.depth;
}

}  // namespace commitbench::paged
