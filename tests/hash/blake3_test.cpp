// SPDX-License-Identifier: Apache-2.0
#include "hash/blake3.hpp"

#include "codec/hex.hpp"
#include "tests/hash/ramp.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace commitbench {
namespace {

using testing::ramp;

// Inputs and digests of BLAKE3's official test vectors.
TEST(Blake3, KnownDigests) {
    EXPECT_EQ(to_hex(blake3(ramp(251, 0))),
              "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
    EXPECT_EQ(to_hex(blake3(ramp(251, 1))),
              "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213");
    EXPECT_EQ(to_hex(blake3(ramp(251, 64))),
              "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98");
    EXPECT_EQ(to_hex(blake3(ramp(251, 65))),
              "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee");
    EXPECT_EQ(to_hex(blake3(ramp(251, 1024))),
              "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7");
    EXPECT_EQ(to_hex(blake3(ramp(251, 1025))),
              "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444");
    EXPECT_EQ(to_hex(blake3(ramp(251, 8192))),
              "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63");
}

TEST(Blake3, CompressionsOfALength) {
    EXPECT_EQ(blake3_compressions(0), 1U);
    EXPECT_EQ(blake3_compressions(64), 1U);
    EXPECT_EQ(blake3_compressions(65), 2U);
    EXPECT_EQ(blake3_compressions(1024), 16U);
    EXPECT_EQ(blake3_compressions(1025), 18U);  // 16 + 1 blocks and the parent of two chunks
    EXPECT_EQ(blake3_compressions(3072), 50U);  // 48 blocks and two parents
}

TEST(Blake3, NamesItsKernel) {
    EXPECT_GE(blake3_lanes(), 4U);
    EXPECT_NE(blake3_kernel().find("lanes"), std::string_view::npos);
}

TEST(Blake3, SharedVectors) {
    const std::filesystem::path file =
        std::filesystem::path(COMMITBENCH_SHARED_DIR) / "vectors/blake3.json";
    if (!std::filesystem::exists(file)) {
        GTEST_SKIP() << file << " is not here";
    }
    std::vector<Bytes> messages;
    std::vector<std::string> digests;
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
            continue;  // the generated inputs of the grammar
        }
        std::array<std::uint8_t, 131> output{};
        blake3_xof(message, output);
        EXPECT_EQ(to_hex(output), vector["xof131"].get<std::string>()) << input;
        messages.push_back(std::move(message));
        digests.push_back(vector["digest"]);
    }
    ASSERT_GE(messages.size(), 30U);
    const std::vector<ByteView> views(messages.begin(), messages.end());
    std::vector<Hash256> out(views.size());
    blake3_many(views, out.data());
    for (std::size_t i = 0; i < views.size(); ++i) {
        EXPECT_EQ(to_hex(out[i]), digests[i]) << "batched, " << views[i].size() << " bytes";
        EXPECT_EQ(to_hex(blake3(views[i])), digests[i]) << views[i].size() << " bytes";
    }
}

}  // namespace
}  // namespace commitbench
