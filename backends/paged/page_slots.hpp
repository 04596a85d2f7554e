// SPDX-License-Identifier: Apache-2.0
// Pages: the trie cut into sub-trees of six levels, without their roots, and where a node stands.
//
//   A page of depth d (a multiple of six) holds the nodes of depths d + 1 .. d + 6 below one node
//   of depth d: levels of 2, 4, 8, 16, 32 and 64 nodes, 126 slots. The root of the trie is in no
//   page.
//
//          (node of depth d, in the parent page)
//            0                   1               level 1
//        2       3           4       5           level 2
//      6   7   8   9      10  11   12  13        level 3
//                   ...
//     62  63           ...           124 125     level 6
//
//   The children of slot i are 2i + 2 and 2i + 3, its parent is (i - 2) / 2. Below a slot of level
//   6 hangs another page. A page goes by the Place of that node (key_bits.hpp), in memory and in
//   stores.
//
// Source: NOMT 1.0.4, core/src/page_id.rs and core/src/trie_pos.rs.
#pragma once

#include <bit>
#include <cstdint>

namespace commitbench::paged {

inline constexpr std::uint32_t kPageLevels = 6;
inline constexpr std::uint32_t kPageSlots = (1U << (kPageLevels + 1)) - 2;
inline constexpr std::uint32_t kPageChildren = 1U << kPageLevels;
inline constexpr std::uint32_t kBottomSlot = kPageSlots - kPageChildren;

/// Slot of the node whose `level` bits from the page's top are `bits`.
[[nodiscard]] constexpr std::uint32_t slot_of(std::uint32_t level, std::uint32_t bits) noexcept {
    return (1U << level) - 2 + bits;
}
[[nodiscard]] constexpr std::uint32_t level_of(std::uint32_t slot) noexcept {
    return static_cast<std::uint32_t>(std::bit_width(slot + 2)) - 1;
}

// INVARIANT of the slots below: slot < kPageSlots, and what is asked for is in the same page.

[[nodiscard]] constexpr std::uint32_t left_slot(std::uint32_t slot) noexcept {
    return 2 * slot + 2;
}
/// INVARIANT: slot >= 2; the parent of slots 0 and 1 is in the page above.
[[nodiscard]] constexpr std::uint32_t parent_slot(std::uint32_t slot) noexcept {
    return (slot - 2) / 2;
}

}  // namespace commitbench::paged
