// SPDX-License-Identifier: Apache-2.0
// The nodes of the binary trie and the rule that hashes them: NOMT's, byte for byte.
//
//   terminator  32 zero bytes                               an empty sub-tree, at any height
//   leaf        H(key || H(value)), then bit 0 set          stands as high as no other key shares
//   its
//                                                           prefix
//   internal    H(left || right), then bit 0 cleared        two keys or more below
//
// "Bit 0" is the most significant bit of byte 0, as everywhere in this folder: bit i of a key is
// bit 7 - i % 8 of byte i / 8. Only leaves rise: an internal node beside an empty sub-tree is
// hashed with the terminator. Source: NOMT 1.0.4, core/src/hasher.rs and core/src/trie.rs (its
// written specification has the label bit the other way round; its code and roots have it as here).
#pragma once

#include "harness/core/state_key.hpp"
#include "hash/keccak.hpp"

namespace commitbench::paged {

/// A node of the trie: what its kind is stands in its bytes.
struct Node {
    std::array<std::uint8_t, 32> bytes{};

    [[nodiscard]] bool is_leaf() const noexcept { return (bytes[0] & 0x80) != 0; }
    /// Asked of every pair that is hashed: four words instead of a call of memcmp.
    [[nodiscard]] bool is_terminator() const noexcept {
        std::array<std::uint64_t, 4> words;
        std::memcpy(words.data(), bytes.data(), sizeof words);
        return (words[0] | words[1] | words[2] | words[3]) == 0;
    }
    [[nodiscard]] bool is_internal() const noexcept { return !is_leaf() && !is_terminator(); }

    auto operator<=>(const Node&) const = default;  // NOLINT(modernize-use-nullptr)

    [[nodiscard]] static Node leaf(const Hash256& hash) noexcept {
        Node node{hash};
        node.bytes[0] |= 0x80;
        return node;
    }
    [[nodiscard]] static Node internal(const Hash256& hash) noexcept {
        Node node{hash};
        node.bytes[0] &= 0x7f;
        return node;
    }
};
static_assert(sizeof(Node) == 32);

inline constexpr Node kTerminator{};

}  // namespace commitbench::paged
