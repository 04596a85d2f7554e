// SPDX-License-Identifier: Apache-2.0
// The numbering of a page's slots, walked as a tree.
#include "backends/paged/page_slots.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace commitbench::paged {
namespace {

TEST(PageSlots, EveryNodeHasItsOwnSlot) {
    EXPECT_EQ(kPageSlots, 126U);
    EXPECT_EQ(kBottomSlot, 62U);
    std::vector<bool> seen(kPageSlots);
    for (std::uint32_t level = 1; level <= kPageLevels; ++level) {
        for (std::uint32_t bits = 0; bits < 1U << level; ++bits) {
            const std::uint32_t slot = slot_of(level, bits);
            ASSERT_LT(slot, kPageSlots);
            EXPECT_FALSE(seen[slot]);
            seen[slot] = true;
            EXPECT_EQ(level_of(slot), level);
            EXPECT_EQ(slot >= kBottomSlot, level == kPageLevels);
        }
    }
    EXPECT_TRUE(std::ranges::all_of(seen, [](bool s) { return s; }));
}

TEST(PageSlots, FamilyFollowsThePathBits) {
    for (std::uint32_t level = 1; level < kPageLevels; ++level) {
        for (std::uint32_t bits = 0; bits < 1U << level; ++bits) {
            const std::uint32_t slot = slot_of(level, bits);
            const std::uint32_t left = slot_of(level + 1, 2 * bits);
            EXPECT_EQ(left_slot(slot), left);
            EXPECT_EQ(slot_of(level + 1, 2 * bits + 1), left + 1);
            EXPECT_EQ(parent_slot(left), slot);
            EXPECT_EQ(parent_slot(left + 1), slot);
        }
    }
}

}  // namespace
}  // namespace commitbench::paged
