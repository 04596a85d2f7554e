// SPDX-License-Identifier: Apache-2.0
// Terminal: where the path of a key ends, and so what the trie says of the key.
//
// Bytes (canonical: one terminal has one encoding, and what is anything else is refused):
//
//   header      2 bytes, big-endian: the top bit 1 for a leaf; the rest is the depth, 0 to 256
//   leaf        key, 32 bytes; hash of the value, 32 bytes
//   terminator  its path: depth bits in ceil(depth / 8) bytes, the last byte's unused bits 0
#pragma once

#include "backends/paged/key_bits.hpp"
#include "backends/paged/leaf_entry.hpp"
#include "backends/paged/node_hasher.hpp"

#include <optional>

namespace commitbench::paged {

/// What a terminal says of a key.
enum class Claim : std::uint8_t {
    out_of_scope,  ///< nothing: the key's path does not pass it
    absent,        ///< not in the trie: here is a terminator, or the leaf of another key
    present,       ///< its value has the hash that the leaf holds
};

/// A leaf or a terminator, and its place. INVARIANT: place.depth <= kKeyBits; the bits of
/// place.path from place.depth on are 0; a leaf is below its place.
struct Terminal {
    Place place{};
    std::optional<LeafEntry> leaf{};  ///< nullopt: a terminator

    [[nodiscard]] static Terminal of_leaf(const LeafEntry& leaf, std::uint32_t depth) {
        return {{prefix_of(leaf.key, depth), static_cast<std::uint16_t>(depth)}, leaf};
    }
    [[nodiscard]] static Terminal of_nothing(const StateKey& key, std::uint32_t depth) {
        return {{prefix_of(key, depth), static_cast<std::uint16_t>(depth)}, std::nullopt};
    }

    [[nodiscard]] Node node(const NodeHasher& hasher) const {
        return leaf ? hasher.leaf(leaf->key, leaf->value_hash) : kTerminator;
    }
    [[nodiscard]] Claim claim(const StateKey& key) const noexcept {
        if (!is_below(key, place)) {
            return Claim::out_of_scope;
        }
        return leaf && leaf->key == key ? Claim::present : Claim::absent;
    }

    bool operator==(const Terminal&) const = default;
};

/// Bytes of the shortest terminal.
inline constexpr std::size_t kMinTerminalBytes = 2;

void append_terminal(Bytes& out, const Terminal& terminal);
/// Takes one terminal off the front of `in`, or nullopt (and `in` is left anywhere) where none is
/// there.
[[nodiscard]] std::optional<Terminal> take_terminal(ByteView& in);

}  // namespace commitbench::paged
