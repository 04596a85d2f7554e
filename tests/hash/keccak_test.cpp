// SPDX-License-Identifier: Apache-2.0
#include "hash/keccak.hpp"

#include "codec/hex.hpp"
#include "tests/hash/ramp.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commitbench {
namespace {

using testing::ramp;

// Digests of the bytes 0, 1, .., 250, 0, 1, ..: two npm packages (@noble/hashes, js-sha3) and a
// Python restatement of the Keccak reference agree on them.
TEST(Keccak256, KnownDigests) {
    EXPECT_EQ(to_hex(keccak256({})),
              "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    EXPECT_EQ(to_hex(keccak256(ramp(251, 1))),
              "bc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a");
    EXPECT_EQ(to_hex(keccak256(ramp(251, 8))),
              "59e7c99f6be4fd053d7c99f54e371304a33213473dc41f1825b7f3ceb33841a6");
    EXPECT_EQ(to_hex(keccak256(ramp(251, 20))),
              "27de39f50eaf89fe36fa279026a22605711fde9c16c0f23ae2c3e9faf4eed6ae");
}

// The same bytes cut at every length around the 136-byte rate must all give different digests:
// padding lands in the last byte (0x81), fills a block of its own, or sits in between.
TEST(Keccak256, EveryLengthAroundTheRateDiffers) {
    std::set<std::string> digests;
    for (std::size_t length = 0; length <= 3 * kKeccakRate + 1; ++length) {
        digests.insert(to_hex(keccak256(Bytes(length, 0))));
        EXPECT_EQ(keccak256_permutations(length), (length + kKeccakRate) / kKeccakRate);
    }
    EXPECT_EQ(digests.size(), 3 * kKeccakRate + 2);
}

TEST(Keccak256, SharedVectors) {
    const std::filesystem::path file =
        std::filesystem::path(COMMITBENCH_SHARED_DIR) / "vectors/keccak256.json";
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << file << " is not here";
    }
    std::size_t checked = 0;
    const auto vectors = nlohmann::json::parse(std::ifstream(file));
    for (const auto& vector : vectors["cases"]) {
        const std::string input = vector["input"];
        unsigned modulus = 0;
        unsigned length = 0;
        unsigned byte = 0;
        Bytes message;
        if (std::sscanf(input.c_str(), "ramp:%u:%u", &modulus, &length) == 2) {
            message = ramp(modulus, length);
        } else if (std::sscanf(input.c_str(), "rep:%x:%u", &byte, &length) == 2) {
            message = Bytes(length, static_cast<std::uint8_t>(byte));
        } else if (input.starts_with("hex:")) {
            message = *from_hex(input.substr(4));
        } else {
            continue;  // the BLAKE3-generated inputs of the grammar
        }
        EXPECT_EQ(to_hex(keccak256(message)), vector["digest"].get<std::string>()) << input;
        ++checked;
    }
    EXPECT_GE(checked, 30U);
}

}  // namespace
}  // namespace commitbench
