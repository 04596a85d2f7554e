// SPDX-License-Identifier: Apache-2.0
#include "harness/core/state_key.hpp"

#include <gtest/gtest.h>
#include <random>

namespace commitbench {
namespace {

TEST(StateKey, PrefixOrdersLikeTheKeyUpToTies) {
    const std::uint64_t seed = 11;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    StateKey last;
    for (int i = 0; i < 10'000; ++i) {
        StateKey key;
        for (std::uint8_t& byte : key.bytes) {
            // Few values, so that prefixes agree often.
            byte = static_cast<std::uint8_t>(random() % 2 == 0 ? 0 : random() % 3 + 0x7f);
        }
        if (key.prefix() != last.prefix()) {
            EXPECT_EQ(key.prefix() < last.prefix(), key < last);
        }
        EXPECT_EQ(key < last, less(key.view(), last.view()));
        last = key;
    }
}

TEST(StateKey, PrefixIsTheFirstEightBytesBigEndian) {
    StateKey key;
    for (std::size_t i = 0; i < key.bytes.size(); ++i) {
        key.bytes[i] = static_cast<std::uint8_t>(i + 1);
    }
    EXPECT_EQ(key.prefix(), 0x0102030405060708ULL);
    EXPECT_EQ(StateKey::from(key.view()), key);
}

TEST(Bytes, AProperPrefixSortsFirst) {
    EXPECT_TRUE(less(as_bytes("ab"), as_bytes("abc")));
    EXPECT_FALSE(less(as_bytes("abc"), as_bytes("ab")));
    EXPECT_TRUE(less(as_bytes(""), as_bytes("a")));
    EXPECT_TRUE(less(as_bytes("\x7f"), as_bytes("\x80")));  // unsigned
    EXPECT_TRUE(equal(as_bytes(""), ByteView{}));
    EXPECT_FALSE(equal(as_bytes("a"), as_bytes("ab")));
    EXPECT_EQ(as_text(as_bytes("text")), "text");
}

}  // namespace
}  // namespace commitbench
