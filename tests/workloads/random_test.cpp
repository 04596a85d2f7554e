// SPDX-License-Identifier: Apache-2.0
#include "workloads/random.hpp"

#include <gtest/gtest.h>
#include <set>

namespace commitbench {
namespace {

// Known answers of Philox4x64-10 as published with Random123 (kat_vectors): counter and key all
// zero, and the digits of pi.
TEST(Random, IsPhilox) {
    EXPECT_EQ(random_words(0, static_cast<Domain>(0), {0, 0, 0, 0}),
              (RandomWords{0x16554d9eca36314cULL, 0xdb20fe9d672d0fdcULL, 0xd7e772cee186176bULL,
                           0x7e68b68aec7ba23bULL}));
    EXPECT_EQ(random_words(0x452821e638d01377ULL, static_cast<Domain>(0xbe5466cf34e90c6cULL),
                           {0x243f6a8885a308d3ULL, 0x13198a2e03707344ULL, 0xa4093822299f31d0ULL,
                            0x082efa98ec4e6c89ULL}),
              (RandomWords{0xa528f45403e61d95ULL, 0x38c72dbd566e9788ULL, 0xa5a1610e72fd18b5ULL,
                           0x57bd43b5e52b7fe6ULL}));
}

TEST(Random, EveryPartOfThePositionCounts) {
    const RandomWords base = random_words(1, Domain::transfer, {2, 3, 4, 5});
    EXPECT_EQ(base, random_words(1, Domain::transfer, {2, 3, 4, 5}));
    EXPECT_NE(base, random_words(2, Domain::transfer, {2, 3, 4, 5}));
    EXPECT_NE(base, random_words(1, Domain::account_key, {2, 3, 4, 5}));
    EXPECT_NE(base, random_words(1, Domain::transfer, {9, 3, 4, 5}));
    EXPECT_NE(base, random_words(1, Domain::transfer, {2, 9, 4, 5}));
    EXPECT_NE(base, random_words(1, Domain::transfer, {2, 3, 9, 5}));
    EXPECT_NE(base, random_words(1, Domain::transfer, {2, 3, 4, 9}));
}

TEST(Random, KeysAreTheWordsLittleEndian) {
    const StateKey key = random_key(0, static_cast<Domain>(0), {0, 0, 0, 0});
    EXPECT_EQ(key.bytes[0], 0x4c);
    EXPECT_EQ(key.bytes[7], 0x16);
    EXPECT_EQ(key.bytes[8], 0xdc);
    EXPECT_EQ(key.bytes[31], 0x7e);
}

TEST(Random, KeysAreUniformInEveryByte) {
    constexpr std::uint64_t kKeys = 100'000;
    std::array<std::array<std::uint32_t, 256>, 32> counts{};
    std::set<StateKey> seen;
    for (std::uint64_t i = 0; i < kKeys; ++i) {
        const StateKey key = random_key(1, Domain::account_key, {i, 0, 0, 0});
        EXPECT_TRUE(seen.insert(key).second);
        for (std::size_t at = 0; at < 32; ++at) {
            ++counts[at][key.bytes[at]];
        }
    }
    for (const auto& byte : counts) {
        double chi_square = 0;
        for (const std::uint32_t count : byte) {
            const double off = count - kKeys / 256.0;
            chi_square += off * off / (kKeys / 256.0);
        }
        // 255 degrees of freedom: mean 255, standard deviation 22.6. Fixed seed: passes always or
        // never.
        EXPECT_LT(chi_square, 255 + 5 * 22.6);
    }
}

TEST(Random, ScaledCoversItsRange) {
    EXPECT_EQ(scaled(0, 10), 0U);
    EXPECT_EQ(scaled(UINT64_MAX, 10), 9U);
    EXPECT_EQ(scaled(UINT64_MAX, 1), 0U);
    EXPECT_EQ(scaled(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    EXPECT_GT(unit_interval(0), 0.0);
    EXPECT_LT(unit_interval(UINT64_MAX), 1.0);
}

TEST(Random, AStreamIsTheWordsOfItsPositions) {
    RandomStream stream(7, Domain::transfer, 11, 13);
    for (std::uint64_t step = 0; step < 5; ++step) {
        for (const std::uint64_t word : random_words(7, Domain::transfer, {13, 11, step, 0})) {
            EXPECT_EQ(stream.next(), word);
        }
    }
}

}  // namespace
}  // namespace commitbench
