// SPDX-License-Identifier: Apache-2.0
// Pages: the trie cut into sub-trees of six levels, without their roots, and where a node stands.
//
//   A page of depth p holds the nodes of depths 6p + 1 .. 6p + 6 below one node of depth 6p:
//   layers of 2, 4, 8, 16, 32 and 64 nodes, 126 slots. The root of the trie is in no page.
//
//          (node of depth 6p, in the parent page)
//            0                   1               layer 1
//        2       3           4       5           layer 2
//      6   7   8   9      10  11   12  13        layer 3
//                   ...
//     62  63           ...           124 125     layer 6
//
//   The children of slot i are 2i + 2 and 2i + 3, its parent is (i - 2) / 2, its sibling i xor 1.
//   Below slot i of layer 6 hangs child page i - 62.
//
// Source: NOMT 1.0.4, core/src/page_id.rs and core/src/trie_pos.rs. The number of a page is the one
// that NOMT documents; its own encode() returns 64 times that, with collisions at depth 42.
#pragma once

#include "backends/paged/key_bits.hpp"

#include <optional>

namespace commitbench::paged {

inline constexpr std::uint32_t kPageLevels = 6;
inline constexpr std::uint32_t kPageSlots = (1U << (kPageLevels + 1)) - 2;
inline constexpr std::uint32_t kPageChildren = 1U << kPageLevels;
inline constexpr std::uint32_t kBottomSlot = kPageSlots - kPageChildren;
/// The deepest page: it would reach below the last bit of a key, so only its layers 1 to 4 are
/// used.
inline constexpr std::uint32_t kMaxPageDepth = kKeyBits / kPageLevels;

// The place of a node of depth 1 or more. INVARIANT of the three: 1 <= depth <= kKeyBits.

/// Depth of the page that holds the nodes of `depth`.
[[nodiscard]] constexpr std::uint32_t page_depth_of(std::uint32_t depth) noexcept {
    return (depth - 1) / kPageLevels;
}

/// The layer in that page, 1 to 6.
[[nodiscard]] constexpr std::uint32_t layer_of(std::uint32_t depth) noexcept {
    return (depth - 1) % kPageLevels + 1;
}

/// The slot in that page of the node which `key` passes at `depth`.
[[nodiscard]] inline std::uint32_t slot_of(const StateKey& key, std::uint32_t depth) noexcept {
    const std::uint32_t layer = layer_of(depth);
    return (1U << layer) - 2 + bits_of(key, depth - layer, layer);
}

// INVARIANT of the slots below: slot < kPageSlots, and what is asked for is in the same page.

[[nodiscard]] constexpr std::uint32_t left_slot(std::uint32_t slot) noexcept {
    return 2 * slot + 2;
}
[[nodiscard]] constexpr std::uint32_t sibling_slot(std::uint32_t slot) noexcept {
    return slot ^ 1U;
}
/// INVARIANT: slot >= 2; the parent of slots 0 and 1 is in the page above.
[[nodiscard]] constexpr std::uint32_t parent_slot(std::uint32_t slot) noexcept {
    return (slot - 2) / 2;
}
/// Which child page hangs below. INVARIANT: slot >= kBottomSlot.
[[nodiscard]] constexpr std::uint32_t child_below(std::uint32_t slot) noexcept {
    return slot - kBottomSlot;
}

/// A page, by the child indices (six bits each) on the way from the root page: 0 to 42 of them.
/// Ordered depth first: a page before its children, children by index, and all that is below a page
/// before the page's right sibling.
class PageId {
  public:
    /// The root page.
    PageId() = default;
    /// The page of `depth` that `key` passes. INVARIANT: depth <= kMaxPageDepth.
    [[nodiscard]] static PageId on_path(const StateKey& key, std::uint32_t depth) noexcept {
        PageId id;
        id.path_ = prefix_of(key, depth * kPageLevels);
        id.depth_ = static_cast<std::uint8_t>(depth);
        return id;
    }

    [[nodiscard]] std::uint32_t depth() const noexcept { return depth_; }
    [[nodiscard]] bool is_root() const noexcept { return depth_ == 0; }
    /// The node that the page hangs from.
    [[nodiscard]] Place top() const noexcept {
        return {path_, static_cast<std::uint16_t>(depth_ * kPageLevels)};
    }

    /// Child index i on the way from the root page. INVARIANT: i < depth().
    [[nodiscard]] std::uint32_t index(std::uint32_t i) const noexcept {
        return bits_of(path_, i * kPageLevels, kPageLevels);
    }

    /// INVARIANT: !is_root().
    [[nodiscard]] PageId parent() const noexcept { return on_path(path_, depth_ - 1U); }

    /// nullopt below the deepest page. INVARIANT: index < kPageChildren.
    [[nodiscard]] std::optional<PageId> child(std::uint32_t index) const noexcept {
        if (depth_ == kMaxPageDepth) {
            return std::nullopt;
        }
        PageId id = *this;
        const std::uint32_t from = depth_ * kPageLevels;
        const std::uint32_t two = index << (16 - kPageLevels - from % 8);
        id.path_.bytes[from / 8] |= static_cast<std::uint8_t>(two >> 8);
        id.path_.bytes[from / 8 + 1] |= static_cast<std::uint8_t>(two);
        id.depth_ = static_cast<std::uint8_t>(depth_ + 1);
        return id;
    }

    /// The documented number: the root page is 0, child c of page n is 64 n + c + 1. Big-endian;
    /// every page fits, for the largest number is below 2^253. Numbers ascend by depth, then by
    /// path: not in the order of pages.
    [[nodiscard]] std::array<std::uint8_t, 32> encode() const noexcept;
    /// nullopt where no page has the number (those of depth 43).
    [[nodiscard]] static std::optional<PageId> decode(
        const std::array<std::uint8_t, 32>& number) noexcept;

    auto operator<=>(const PageId&) const = default;  // NOLINT(modernize-use-nullptr)

  private:
    StateKey path_;  // the indices, six bits each, then zeros: so that the default order is ours
    std::uint8_t depth_ = 0;
};

inline std::array<std::uint8_t, 32> PageId::encode() const noexcept {
    std::array<std::uint8_t, 32> number{};
    for (std::uint32_t i = 0; i < depth_; ++i) {
        std::uint32_t carry = index(i) + 1;
        for (std::size_t byte = number.size(); byte-- > 0;) {
            const std::uint32_t sum = (static_cast<std::uint32_t>(number[byte]) << 6) + carry;
            number[byte] = static_cast<std::uint8_t>(sum);
            carry = sum >> 8;
        }
    }
    return number;
}

inline std::optional<PageId> PageId::decode(const std::array<std::uint8_t, 32>& number) noexcept {
    std::array<std::uint8_t, 32> rest = number;
    std::array<std::uint8_t, kMaxPageDepth> indices{};
    std::uint32_t depth = 0;
    while (rest != std::array<std::uint8_t, 32>{}) {
        if (depth == kMaxPageDepth) {
            return std::nullopt;
        }
        std::size_t byte = rest.size() - 1;
        while (rest[byte]-- == 0) {  // one less, borrowing from the byte before
            --byte;
        }
        indices[depth++] = rest[31] & (kPageChildren - 1);
        std::uint32_t above = 0;
        for (std::uint8_t& digit : rest) {
            const std::uint32_t two = above << 8 | digit;
            above = digit;
            digit = static_cast<std::uint8_t>(two >> kPageLevels);
        }
    }
    PageId id;
    while (depth > 0) {
        id = *id.child(indices[--depth]);
    }
    return id;
}

}  // namespace commitbench::paged
