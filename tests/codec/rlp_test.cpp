// SPDX-License-Identifier: Apache-2.0
#include "codec/rlp.hpp"

#include "codec/hex.hpp"
#include "tests/codec/rlp_tree.hpp"

#include <gtest/gtest.h>
#include <random>

namespace commitbench {
namespace {

using rlp::ReadError;
using testing::decode_tree;
using testing::Tree;

Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

Bytes string_of(std::size_t size) {
    return Bytes(size, 0xaa);
}

// Headers by the rules of the yellow paper, appendix B, computed by hand.
TEST(Rlp, HeadersAtEveryBoundary) {
    const std::pair<std::size_t, std::string_view> headers[] = {
        {0, "80"},
        {2, "82"},
        {55, "b7"},
        {56, "b838"},
        {255, "b8ff"},
        {256, "b90100"},
        {65'535, "b9ffff"},
        {65'536, "ba010000"},
        {16'777'215, "baffffff"},
        {16'777'216, "bb01000000"},
    };
    for (const auto& [size, header] : headers) {
        Bytes encoded;
        rlp::append_string(encoded, string_of(size));
        const Bytes expected = hex(header);
        ASSERT_EQ(encoded.size(), expected.size() + size);
        EXPECT_EQ(encoded.size(), rlp::string_size(string_of(size)));
        EXPECT_EQ(rlp::header_size(size), expected.size());
        EXPECT_TRUE(equal(ByteView(encoded).first(expected.size()), expected)) << size;

        Bytes list;
        rlp::append_list(list, string_of(size));
        EXPECT_EQ(list.size(), rlp::list_size(size));
        EXPECT_EQ(list[0], expected[0] + 0x40);
        EXPECT_TRUE(
            equal(ByteView(list).subspan(1, expected.size() - 1), ByteView(expected).subspan(1)));

        rlp::Reader reader(encoded);
        rlp::Item item;
        ASSERT_EQ(reader.next(item), ReadError::none);
        EXPECT_FALSE(item.list);
        EXPECT_EQ(item.payload.size(), size);
        EXPECT_EQ(item.raw.size(), encoded.size());
        EXPECT_TRUE(reader.at_end());
    }
}

TEST(Rlp, SingleBytesStandForThemselvesBelow0x80) {
    for (unsigned value = 0; value < 256; ++value) {
        const Bytes byte{static_cast<std::uint8_t>(value)};
        Bytes encoded;
        rlp::append_string(encoded, byte);
        EXPECT_EQ(encoded.size(), value < 0x80 ? 1U : 2U);
        EXPECT_EQ(rlp::string_size(byte), encoded.size());
        const auto tree = decode_tree(encoded);
        ASSERT_TRUE(tree.has_value());
        EXPECT_EQ(tree->bytes, byte);
    }
}

TEST(Rlp, IntegersAreBigEndianWithoutLeadingZeros) {
    const std::pair<std::uint64_t, std::string_view> cases[] = {
        {0, "80"},     {1, "01"},       {127, "7f"},
        {128, "8180"}, {256, "820100"}, {UINT64_MAX, "88ffffffffffffffff"},
    };
    for (const auto& [number, expected] : cases) {
        Bytes encoded;
        rlp::append_integer(encoded, number);
        EXPECT_EQ(to_hex(encoded), expected);
    }
    EXPECT_TRUE(rlp::trim_leading_zeros(Bytes{0, 0, 0}).empty());
    EXPECT_TRUE(equal(rlp::trim_leading_zeros(Bytes{0, 0, 5, 0}), Bytes{5, 0}));
}

TEST(Rlp, RefusesEverythingThatIsNotCanonical) {
    const std::pair<std::string_view, ReadError> cases[] = {
        {"", ReadError::truncated},
        {"81", ReadError::truncated},
        {"8201", ReadError::truncated},
        {"b8", ReadError::truncated_length},
        {"b838", ReadError::truncated},
        {"b90100", ReadError::truncated},
        {"bb010000", ReadError::truncated_length},
        {"c1", ReadError::truncated},
        {"c382", ReadError::truncated},
        {"f8", ReadError::truncated_length},
        {"f838c0", ReadError::truncated},
        {"f90038", ReadError::leading_zero},
        {"b900ff", ReadError::leading_zero},
        {"b837"
         "00",
         ReadError::long_form_of_short},
        {"f800", ReadError::leading_zero},
        {"f801c0", ReadError::long_form_of_short},
        {"8100", ReadError::byte_with_header},
        {"817f", ReadError::byte_with_header},
        // Lengths that no memory has, up to the whole of 64 bits: must not wrap around.
        {"bfffffffffffffffff", ReadError::truncated},
        {"ffffffffffffffffff", ReadError::truncated},
        {"bffffffffffffffff7aa", ReadError::truncated},
        {"bf8000000000000000", ReadError::truncated},
    };
    for (const auto& [text, expected] : cases) {
        SCOPED_TRACE(text);
        const Bytes bytes = hex(text);
        rlp::Reader reader(bytes);
        rlp::Item item;
        EXPECT_EQ(reader.next(item), expected);
        EXPECT_EQ(reader.rest().size(), bytes.size()) << "a failed read must not move";
        EXPECT_NE(rlp::describe(expected), "");
    }
}

TEST(Rlp, WalksOverItemsOneByOne) {
    const Bytes bytes =
        hex("83646f67"
            "c0"
            "05"
            "c20102");
    rlp::Reader reader(bytes);
    rlp::Item item;
    ASSERT_EQ(reader.next(item), ReadError::none);
    EXPECT_EQ(as_text(item.payload), "dog");
    ASSERT_EQ(reader.next(item), ReadError::none);
    EXPECT_TRUE(item.list && item.payload.empty());
    ASSERT_EQ(reader.next(item), ReadError::none);
    EXPECT_TRUE(equal(item.payload, Bytes{5}));
    EXPECT_FALSE(reader.at_end());
    ASSERT_EQ(reader.next(item), ReadError::none);
    EXPECT_TRUE(item.list);
    EXPECT_EQ(to_hex(item.raw), "c20102");
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(reader.next(item), ReadError::truncated);
}

Tree random_tree(std::mt19937_64& random, int depth) {
    Tree tree;
    tree.list = depth > 0 && random() % 2 == 0;
    if (tree.list) {
        for (std::uint64_t n = random() % 6; n > 0; --n) {
            tree.items.push_back(random_tree(random, depth - 1));
        }
    } else {
        // Around the boundaries more often than not.
        const std::size_t sizes[] = {0, 1, 1, 2, 54, 55, 56, 57, 255, 256, random() % 1000};
        tree.bytes.resize(sizes[random() % std::size(sizes)]);
        for (std::uint8_t& byte : tree.bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
    }
    return tree;
}

TEST(RlpProperty, AnyTreeReadsBack) {
    const std::uint64_t seed = 17;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 5000; ++i) {
        const Tree tree = random_tree(random, 5);
        Bytes encoded;
        testing::append_tree(encoded, tree);
        const auto decoded = decode_tree(encoded);
        ASSERT_TRUE(decoded.has_value()) << to_hex(encoded);
        ASSERT_EQ(*decoded, tree);
        // Nothing shorter is a value, and nothing longer.
        ASSERT_EQ(decode_tree(ByteView(encoded).first(encoded.size() - 1)), std::nullopt);
        encoded.push_back(0);
        ASSERT_EQ(decode_tree(encoded), std::nullopt);
    }
}

TEST(RlpProperty, WhatIsReadIsTheOneEncoding) {
    const std::uint64_t seed = 18;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    int good = 0;
    for (int i = 0; i < 300'000; ++i) {
        // Short strings of bytes that matter to RLP.
        constexpr std::uint8_t kTelling[] = {0x00, 0x01, 0x37, 0x38, 0x7f, 0x80, 0x81,
                                             0x82, 0xb7, 0xb8, 0xb9, 0xbf, 0xc0, 0xc1,
                                             0xc2, 0xc3, 0xf7, 0xf8, 0xff};
        Bytes bytes(1 + random() % 7);
        for (std::uint8_t& byte : bytes) {
            byte = kTelling[random() % std::size(kTelling)];
        }
        if (const auto tree = decode_tree(bytes)) {
            ++good;
            Bytes again;
            testing::append_tree(again, *tree);
            ASSERT_EQ(again, bytes) << to_hex(bytes);
        }
    }
    EXPECT_GT(good, 10'000);
}

}  // namespace
}  // namespace commitbench
