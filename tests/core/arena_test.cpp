// SPDX-License-Identifier: Apache-2.0
#include "harness/core/arena.hpp"

#include <gtest/gtest.h>
#include <map>
#include <random>

namespace commitbench {
namespace {

TEST(Arena, KeepsEveryBytesOfEverythingItHandedOut) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        Arena arena(256);
        for (int round = 0; round < 5; ++round) {
            std::vector<std::pair<ByteView, Bytes>> kept;
            std::map<const std::uint8_t*, std::size_t> ranges;
            for (int i = 0; i < 500; ++i) {
                // Sometimes larger than a chunk.
                Bytes bytes(random() % 10 == 0 ? random() % 2000 : random() % 60);
                for (std::uint8_t& byte : bytes) {
                    byte = static_cast<std::uint8_t>(random());
                }
                kept.emplace_back(arena.copy(bytes), bytes);
            }
            for (const auto& [view, bytes] : kept) {
                ASSERT_TRUE(equal(view, bytes));
                if (!view.empty()) {
                    ASSERT_TRUE(ranges.emplace(view.data(), view.size()).second);
                }
            }
            const std::uint8_t* end = nullptr;
            for (const auto& [start, size] : ranges) {
                ASSERT_GE(start, end) << "two views overlap";
                end = start + size;
            }
            arena.reset();
        }
    }
}

TEST(Arena, AlignsAsAsked) {
    Arena arena(128);
    for (int i = 0; i < 200; ++i) {
        for (const std::size_t alignment : {1U, 2U, 4U, 8U, 16U}) {
            std::uint8_t* place = arena.allocate(static_cast<std::size_t>(i % 40), alignment);
            ASSERT_NE(place, nullptr);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(place) % alignment, 0U);
        }
    }
    struct Node {
        std::uint64_t word = 5;
        std::uint8_t byte = 6;
    };
    const Node* node = arena.make<Node>();
    EXPECT_EQ(node->word, 5U);
    EXPECT_EQ(node->byte, 6U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(node) % alignof(Node), 0U);
}

TEST(Arena, SteadyStateHoldsNoMoreMemory) {
    Arena arena(1024);
    EXPECT_EQ(arena.capacity(), 0U);
    const auto fill = [&arena] {
        for (int i = 0; i < 100; ++i) {
            EXPECT_NE(arena.allocate(100), nullptr);
        }
    };
    fill();
    const std::size_t after_one = arena.capacity();
    EXPECT_GE(after_one, 100U * 100U);
    for (int round = 0; round < 20; ++round) {
        arena.reset();
        fill();
    }
    EXPECT_EQ(arena.capacity(), after_one);
}

TEST(Arena, GivesBackOversizedChunks) {
    Arena arena(1024);
    EXPECT_NE(arena.allocate(10), nullptr);
    EXPECT_NE(arena.allocate(1'000'000), nullptr);
    EXPECT_GE(arena.capacity(), 1'000'000U);
    arena.reset();
    EXPECT_EQ(arena.capacity(), 1024U);
    EXPECT_NE(arena.allocate(2'000'000), nullptr);
    arena.reset();
    EXPECT_EQ(arena.capacity(), 1024U);
}

TEST(Arena, AnEmptyCopyIsEmpty) {
    Arena arena;
    EXPECT_TRUE(arena.copy({}).empty());
    EXPECT_EQ(arena.capacity(), 0U);
}

}  // namespace
}  // namespace commitbench
