// SPDX-License-Identifier: Apache-2.0
// The memory under the resident states: classes, reuse, and the promise that what was provided for
// cannot fail.
#include "backends/store/slab.hpp"
#include "store_fixture.hpp"

#include <cstring>

namespace commitbench::testing {
namespace {

TEST(Slab, ClassesCoverEverySizeTightly) {
    std::size_t previous = 0;
    for (std::size_t i = 0; i < Slab::kClasses; ++i) {
        EXPECT_GT(Slab::class_size(i), previous);
        EXPECT_EQ(Slab::class_of(previous + 1), i);
        EXPECT_EQ(Slab::class_of(Slab::class_size(i)), i);
        EXPECT_EQ(Slab::class_size(i) % 16, 0U);
        previous = Slab::class_size(i);
    }
    EXPECT_EQ(previous, std::size_t{32} << 20);
    for (std::size_t size = 1; size <= kMaxValueBytes; size += 1 + size / 100) {
        const std::size_t got = Slab::class_size(Slab::class_of(size));
        EXPECT_GE(got, size);
        EXPECT_LE(got, size <= 1024 ? size + 15 : size + size / 8 + 1) << size;
    }
}

TEST(Slab, BlocksKeepTheirBytesApart) {
    std::mt19937_64 random(6);
    struct Block {
        std::uint8_t* bytes;
        std::size_t size;
        std::uint8_t mark;
    };
    Slab slab;
    std::vector<Block> blocks;
    for (int round = 0; round < 60'000; ++round) {
        if (!blocks.empty() && random() % 5 < 2) {
            std::swap(blocks[random() % blocks.size()], blocks.back());
            const Block block = blocks.back();
            blocks.pop_back();
            ASSERT_EQ(block.bytes[0], block.mark);
            ASSERT_EQ(block.bytes[block.size / 2], block.mark);
            ASSERT_EQ(block.bytes[block.size - 1], block.mark);
            slab.free(block.bytes, block.size);
            continue;
        }
        const std::size_t size = 1 + (random() % 200 == 0 ? random() % 200'000 : random() % 700);
        std::uint8_t* const bytes = slab.allocate(size);
        ASSERT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % 16, 0U);
        const auto mark = static_cast<std::uint8_t>(random());
        std::memset(bytes, mark, size);
        blocks.push_back({bytes, size, mark});
    }
}

TEST(Slab, ProvidedBlocksNeedNoMoreMemory) {
    std::mt19937_64 random(7);
    Slab slab;
    for (int round = 0; round < 200; ++round) {
        Slab::Demand demand;
        std::vector<std::size_t> sizes;
        for (int i = 0; i < 300; ++i) {
            sizes.push_back(1 + (random() % 30 == 0 ? random() % 100'000 : random() % 4000));
            demand.add(sizes.back());
        }
        const std::uint64_t bound = slab.bytes_with(demand);
        slab.provide(demand);
        ASSERT_EQ(slab.bytes_held(), bound);
        std::vector<std::uint8_t*> blocks;
        blocks.reserve(sizes.size());
        for (const std::size_t size : sizes) {
            blocks.push_back(slab.allocate(size));
        }
        ASSERT_EQ(slab.bytes_held(), bound) << "round " << round;
        for (std::size_t i = 0; i < sizes.size(); i += 2) {
            slab.free(blocks[i], sizes[i]);
        }
    }
}

TEST(Slab, FetchingAheadTwiceGetsOnce) {
    Slab slab;
    slab.fetch_ahead(std::uint64_t{10} << 20);
    EXPECT_EQ(slab.bytes_held(), std::uint64_t{10} << 20);
    std::uint8_t* const block = slab.allocate(100);
    slab.fetch_ahead(std::uint64_t{8} << 20);
    EXPECT_EQ(slab.bytes_held(), std::uint64_t{10} << 20);
    slab.free(block, 100);
}

TEST(Slab, SpareLargeBlocksGoBack) {
    Slab slab;
    Slab::Demand demand;
    demand.add(1'000'000);
    demand.add(1'000'000);
    slab.provide(demand);
    std::uint8_t* const kept = slab.allocate(1'000'000);
    const std::uint64_t both = slab.bytes_held();
    slab.drop_spare_large();
    EXPECT_LT(slab.bytes_held(), both - 1'000'000);
    slab.free(kept, 1'000'000);
    EXPECT_EQ(slab.bytes_held(), 0U);
}

}  // namespace
}  // namespace commitbench::testing
