// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/page_id.hpp"
#include "tests/backends/paged_oracle.hpp"

#include <gtest/gtest.h>

namespace commitbench::paged {
namespace {

using Number = std::array<std::uint8_t, 32>;

PageId page(std::initializer_list<std::uint32_t> indices) {
    PageId id;
    for (const std::uint32_t index : indices) {
        id = *id.child(index);
    }
    return id;
}

Number number(const char* hex) {
    const std::string digits(hex);
    const Bytes bytes = *from_hex(std::string(64 - digits.size(), '0') + digits);
    Number out{};
    std::ranges::copy(bytes, out.begin());
    return out;
}

PageId random_page(std::mt19937_64& random, std::uint32_t depth) {
    return PageId::on_path(random_key(random), depth);
}

// The numbers follow from the documented rule by hand; 0x1c0 is what NOMT's encode() gives for [6].
TEST(PageId, DocumentedNumbers) {
    EXPECT_EQ(PageId().encode(), Number{});
    EXPECT_EQ(page({0}).encode(), number("01"));
    EXPECT_EQ(page({6}).encode(), number("07"));
    EXPECT_EQ(page({63}).encode(), number("40"));
    EXPECT_EQ(page({0, 0}).encode(), number("41"));
    EXPECT_EQ(page({5, 63}).encode(), number("01c0"));
    EXPECT_EQ(page({63, 63}).encode(), number("1040"));
    EXPECT_EQ(PageId::decode(number("01c0")), page({5, 63}));
    EXPECT_EQ(PageId::decode(number("07")), page({6}));
    EXPECT_EQ(PageId::decode(Number{}), PageId());
}

TEST(PageId, DeepestPages) {
    StateKey ones;
    ones.bytes.fill(0xff);
    const PageId last = PageId::on_path(ones, kMaxPageDepth);
    EXPECT_EQ(kMaxPageDepth, 42U);
    EXPECT_EQ(last.index(41), 63U);
    EXPECT_FALSE(last.child(0).has_value());
    EXPECT_EQ(PageId::decode(last.encode()), last);
    Number next = last.encode();
    std::size_t byte = 31;
    while (++next[byte] == 0) {
        --byte;
    }
    EXPECT_FALSE(PageId::decode(next).has_value()) << "the first number of depth 43";
    Number all{};
    all.fill(0xff);
    EXPECT_FALSE(PageId::decode(all).has_value());

    // In NOMT's own encoding these collide: the first index differs by 16.
    StateKey other = ones;
    other.bytes[0] = 0xbf;
    EXPECT_NE(PageId::on_path(other, 42).encode(), last.encode());
}

TEST(PageId, NumbersAndFamilyGoBothWays) {
    const std::uint64_t seed = 11;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 2000; ++i) {
        const auto depth = static_cast<std::uint32_t>(random() % (kMaxPageDepth + 1));
        const PageId id = random_page(random, depth);
        EXPECT_EQ(id.depth(), depth);
        EXPECT_EQ(PageId::decode(id.encode()), id);
        EXPECT_EQ(id.top().depth, 6 * depth);
        PageId again;
        for (std::uint32_t j = 0; j < depth; ++j) {
            again = *again.child(id.index(j));
        }
        EXPECT_EQ(again, id);
        if (depth < kMaxPageDepth) {
            const auto index = static_cast<std::uint32_t>(random() % kPageChildren);
            const PageId child = *id.child(index);
            EXPECT_EQ(child.parent(), id);
            EXPECT_EQ(child.index(depth), index);
            EXPECT_FALSE(child.is_root());
        }
    }
}

TEST(PageId, OrderIsDepthFirst) {
    const std::uint64_t seed = 12;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 2000; ++i) {
        const PageId id = random_page(random, static_cast<std::uint32_t>(random() % kMaxPageDepth));
        const auto low = static_cast<std::uint32_t>(random() % (kPageChildren - 1));
        const PageId left = *id.child(low);
        const PageId right = *id.child(low + 1);
        EXPECT_LT(id, left);
        EXPECT_LT(left, right);
        for (PageId below = left; below.depth() < kMaxPageDepth;) {
            below = *below.child(static_cast<std::uint32_t>(random() % kPageChildren));
            EXPECT_LT(left, below);
            EXPECT_LT(below, right);
        }
    }
}

TEST(PageSlots, EveryNodeHasItsOwnSlot) {
    // The first page, walked as a tree.
    EXPECT_EQ(kPageSlots, 126U);
    EXPECT_EQ(kBottomSlot, 62U);
    std::vector<bool> seen(kPageSlots);
    for (std::uint32_t depth = 1; depth <= kPageLevels; ++depth) {
        for (std::uint32_t bits = 0; bits < 1U << depth; ++bits) {
            StateKey key;
            key.bytes[0] = static_cast<std::uint8_t>(bits << (8 - depth));
            const std::uint32_t slot = slot_of(key, depth);
            ASSERT_LT(slot, kPageSlots);
            EXPECT_FALSE(seen[slot]);
            seen[slot] = true;
        }
    }
    EXPECT_TRUE(std::ranges::all_of(seen, [](bool s) { return s; }));
}

TEST(PageSlots, FamilyFollowsTheKey) {
    const std::uint64_t seed = 13;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 200; ++i) {
        const StateKey key = random_key(random);
        for (std::uint32_t depth = 1; depth <= kKeyBits; ++depth) {
            const std::uint32_t slot = slot_of(key, depth);
            EXPECT_EQ(page_depth_of(depth), (depth - 1) / 6);
            EXPECT_EQ(slot_of(flipped(key, depth - 1), depth), sibling_slot(slot));
            if (depth == kKeyBits) {
                EXPECT_EQ(layer_of(depth), 4U);
                break;
            }
            const std::uint32_t next = slot_of(key, depth + 1);
            if (layer_of(depth) == kPageLevels) {
                const PageId here = PageId::on_path(key, page_depth_of(depth));
                EXPECT_EQ(here.child(child_below(slot)),
                          PageId::on_path(key, page_depth_of(depth + 1)));
                EXPECT_LT(next, 2U);
            } else {
                EXPECT_EQ(next, left_slot(slot) + (bit_of(key, depth) ? 1 : 0));
                EXPECT_EQ(parent_slot(next), slot);
            }
        }
    }
}

}  // namespace
}  // namespace commitbench::paged
