// SPDX-License-Identifier: Apache-2.0
// The vectors of ethereum/tests (RLPTests/rlptest.json): expected encodings that are not ours.
#include "codec/hex.hpp"
#include "tests/codec/rlp_tree.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commitbench {
namespace {

using testing::Tree;

/// A decimal number of any length as big-endian bytes without leading zeros.
Bytes decimal(std::string_view digits) {
    Bytes number;  // big-endian
    for (const char digit : digits) {
        unsigned carry = static_cast<unsigned>(digit - '0');
        for (std::size_t i = number.size(); i > 0; --i) {
            carry += 10U * number[i - 1];
            number[i - 1] = static_cast<std::uint8_t>(carry & 0xff);
            carry >>= 8;
        }
        if (carry != 0) {
            number.insert(number.begin(), static_cast<std::uint8_t>(carry));
        }
    }
    return number;
}

/// A string is its bytes, a number or "#<decimal>" an integer, a list a list.
Tree tree_of(const nlohmann::json& value) {
    Tree tree;
    if (value.is_array()) {
        tree.list = true;
        for (const auto& item : value) {
            tree.items.push_back(tree_of(item));
        }
    } else if (value.is_number()) {
        tree.bytes = decimal(std::to_string(value.get<std::uint64_t>()));
    } else {
        const auto text = value.get<std::string>();
        const ByteView bytes = as_bytes(text);
        tree.bytes = text.starts_with('#') ? decimal(std::string_view(text).substr(1))
                                           : Bytes(bytes.begin(), bytes.end());
    }
    return tree;
}

TEST(RlpVectors, EncodeAndDecodeAsTheyDo) {
    const std::filesystem::path path =
        std::filesystem::path(COMMITBENCH_SHARED_DIR) / "vectors/ethereum/rlptest.json";
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << path << " is missing";
    }
    std::ifstream file(path);
    const nlohmann::json vectors = nlohmann::json::parse(file);
    int checked = 0;
    for (const auto& [name, vector] : vectors.items()) {
        SCOPED_TRACE(name);
        const Tree tree = tree_of(vector.at("in"));
        const Bytes expected = from_hex(vector.at("out").get<std::string>()).value();
        Bytes encoded;
        testing::append_tree(encoded, tree);
        EXPECT_EQ(to_hex(encoded), to_hex(expected));
        EXPECT_EQ(testing::decode_tree(expected), tree);
        ++checked;
    }
    EXPECT_EQ(checked, 28);
}

}  // namespace
}  // namespace commitbench
