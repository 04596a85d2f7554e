// SPDX-License-Identifier: Apache-2.0
#include "hash/sha256.hpp"

#include "codec/hex.hpp"

#include <gtest/gtest.h>

namespace commitbench {
namespace {

Bytes text(std::string_view of) {
    return {of.begin(), of.end()};
}

// The examples that NIST gives with FIPS 180-4.
TEST(Sha256, KnownDigests) {
    const std::vector<Bytes> messages{
        {},
        text("abc"),
        text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
        text("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmno"
             "pq"
             "rlmnopqrsmnopqrstnopqrstu"),
        Bytes(1'000'000, 'a')};
    const std::vector<std::string> digests{
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"};
    const std::vector<ByteView> views(messages.begin(), messages.end());
    std::vector<Hash256> out(views.size());
    sha256_many(views, out.data());
    for (std::size_t i = 0; i < views.size(); ++i) {
        EXPECT_EQ(to_hex(out[i]), digests[i]) << "batched, message " << i;
        EXPECT_EQ(to_hex(sha256(views[i])), digests[i]) << "message " << i;
    }
}

TEST(Sha256, CompressionsOfALength) {
    EXPECT_EQ(sha256_compressions(0), 1U);
    EXPECT_EQ(sha256_compressions(55), 1U);
    EXPECT_EQ(sha256_compressions(56), 2U);
    EXPECT_EQ(sha256_compressions(64), 2U);
    EXPECT_EQ(sha256_compressions(119), 2U);
    EXPECT_EQ(sha256_compressions(120), 3U);
}

}  // namespace
}  // namespace commitbench
