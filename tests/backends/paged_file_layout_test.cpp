// SPDX-License-Identifier: Apache-2.0
// Where records go and how they are known again.
#include "backends/paged/file/record.hpp"
#include "backends/paged/file/sector_map.hpp"
#include "store_fixture.hpp"

namespace commitbench::testing {
namespace {

using paged::Extent;

/// The map against a plain array of bits.
TEST(SectorMap, HandsOutFreeRunsOnly) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        paged::SectorMap map;
        std::vector<bool> taken;
        std::uint64_t taken_sectors = 0;
        std::vector<Extent> extents;
        std::uint64_t last_end = 0;
        for (int step = 0; step < 4000; ++step) {
            if (random() % 100 < 48 && !extents.empty()) {
                const std::size_t at = random() % extents.size();
                for (std::uint32_t i = 0; i < extents[at].sectors; ++i) {
                    taken[extents[at].sector + i] = false;
                }
                taken_sectors -= extents[at].sectors;
                map.give_back(extents[at]);
                extents[at] = extents.back();
                extents.pop_back();
                continue;
            }
            const auto sectors =
                static_cast<std::uint32_t>(1 + random() % (random() % 10 == 0 ? 300 : 12));
            auto sector = map.take(sectors);
            if (!sector) {
                map.grow(map.capacity() + 64 * (1 + (sectors + random() % 1000) / 64));
                taken.resize(map.capacity());
                sector = map.take(sectors);
            }
            ASSERT_TRUE(sector.has_value());
            // Right behind what was taken last, or at the begin of a page that is free as a whole.
            std::uint64_t free_end = *sector + sectors;
            if (*sector != last_end) {
                ASSERT_EQ(*sector % paged::kPageSectors, 0);
                free_end = (free_end + paged::kPageSectors - 1) / paged::kPageSectors *
                           paged::kPageSectors;
            }
            for (std::uint64_t i = *sector; i < free_end; ++i) {
                ASSERT_FALSE(taken[i]);
                taken[i] = i < *sector + sectors;
            }
            last_end = *sector + sectors;
            if (random() % 20 == 0) {
                map.end_page();
            }
            ASSERT_TRUE(map.is_taken({*sector, sectors}));
            extents.push_back({*sector, sectors});
            taken_sectors += sectors;
            ASSERT_EQ(map.free_sectors(), taken.size() - taken_sectors);
        }
    }
}

TEST(Record, EveryFlippedBitIsSeenButThoseOfThePadding) {
    const Bytes payload(700, 9);
    Bytes bytes(std::size_t{2} * paged::kSectorBytes);
    const Extent extent{1000, 2};
    paged::seal_record(42, extent, payload, bytes.data());
    EXPECT_TRUE(paged::open_record(42, extent, bytes).has_value());
    EXPECT_FALSE(paged::open_record(43, extent, bytes).has_value());
    EXPECT_FALSE(paged::open_record(42, {1001, 2}, bytes).has_value());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        const bool padding = bit / 8 >= paged::kRecordHeaderBytes + payload.size();
        EXPECT_EQ(paged::open_record(42, extent, bytes).has_value(), padding) << bit;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    }
}

}  // namespace
}  // namespace commitbench::testing
