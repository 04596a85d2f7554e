// SPDX-License-Identifier: Apache-2.0
#include "codec/hex.hpp"

#include <gtest/gtest.h>
#include <random>

namespace commitbench {
namespace {

TEST(Hex, WritesLowerCaseWithoutPrefix) {
    EXPECT_EQ(to_hex(Bytes{0x00, 0x0f, 0xa0, 0xff}), "000fa0ff");
    EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, ReadsEitherCaseWithOrWithoutPrefix) {
    const Bytes expected{0xde, 0xad, 0x0b};
    for (const std::string_view text : {"dead0b", "0xdead0b", "0XDEAD0B", "DeAd0B"}) {
        const auto bytes = from_hex(text);
        ASSERT_TRUE(bytes.has_value()) << text;
        EXPECT_EQ(*bytes, expected) << text;
    }
    for (const std::string_view text : {"", "0x"}) {
        const auto bytes = from_hex(text);
        ASSERT_TRUE(bytes.has_value()) << text;
        EXPECT_TRUE(bytes->empty()) << text;
    }
}

TEST(Hex, RefusesOddLengthsAndOtherCharacters) {
    for (const std::string_view text : {"a", "0xa", "0", "x", "0g", "g0", " 00", "00 ", "0x0x00",
                                        "-1", "0/", "0:", "@0", "`0", "G0"}) {
        EXPECT_EQ(from_hex(text), std::nullopt) << text;
    }
}

TEST(Hex, ReadsBackWhatItWrote) {
    const std::uint64_t seed = 3;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 1000; ++i) {
        Bytes bytes(random() % 100);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
        ASSERT_EQ(from_hex(to_hex(bytes)), bytes);
    }
}

}  // namespace
}  // namespace commitbench
