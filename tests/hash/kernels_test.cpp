// SPDX-License-Identifier: Apache-2.0
// Every kernel that this processor can run against the same function one message at a time.
#include "hash/blake3_kernels.hpp"
#include "hash/keccak_many.hpp"
#include "hash/sha256.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace commitbench {
namespace {

constexpr std::uint64_t kSeed = 20240607;

Bytes random_bytes(std::mt19937_64& random, std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return bytes;
}

struct Case {
    std::string name;
    LaneKernel kernel;
    LaneFunction function;
};

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const Blake3Kernel& kernel : blake3_kernels()) {
        all.push_back({"BLAKE3 " + std::string(kernel.name), kernel, kBlake3Lanes});
    }
    for (const LaneKernel& kernel : keccak256_kernels()) {
        all.push_back({"Keccak " + std::string(kernel.name), kernel, kKeccak256Lanes});
    }
    for (const LaneKernel& kernel : sha256_kernels()) {
        all.push_back({"SHA-256 " + std::string(kernel.name), kernel, kSha256Lanes});
    }
    return all;
}

class Kernels : public ::testing::TestWithParam<Case> {
  protected:
    /// Each message in a block of its own, so that a sanitizer sees a byte read too many.
    void expect_equal(const std::vector<Bytes>& messages) const {
        const std::vector<ByteView> views(messages.begin(), messages.end());
        std::vector<Hash256> out(messages.size());
        hash_many(GetParam().kernel, GetParam().function, views, out.data());
        for (std::size_t i = 0; i < messages.size(); ++i) {
            ASSERT_EQ(out[i], GetParam().function.one(messages[i]))
                << "message " << i << " of " << messages.size() << ", " << messages[i].size()
                << " bytes, seed " << kSeed;
        }
    }
};

TEST_P(Kernels, EveryLengthTo1100) {
    std::mt19937_64 random(kSeed);
    std::vector<Bytes> messages;
    for (std::size_t length = 0; length <= 1100; ++length) {
        messages.push_back(random_bytes(random, length));
    }
    expect_equal(messages);
}

TEST_P(Kernels, EveryCountTo70OfEqualMessages) {
    std::mt19937_64 random(kSeed);
    for (std::size_t count = 0; count <= 70; ++count) {
        expect_equal(std::vector<Bytes>(count, random_bytes(random, 72)));
    }
}

TEST_P(Kernels, RandomMixesOfLengths) {
    std::mt19937_64 random(kSeed);
    for (const std::size_t longest : {3U, 64U, 110U, 140U, 300U, 1024U, 5000U}) {
        for (int round = 0; round < 8; ++round) {
            std::vector<Bytes> messages(random() % 100);
            for (Bytes& message : messages) {
                message = random_bytes(random, random() % (longest + 1));
            }
            expect_equal(messages);
        }
    }
}

TEST_P(Kernels, MessagesOf64Bytes) {
    std::mt19937_64 random(kSeed);
    for (std::size_t count = 0; count <= 50; ++count) {
        std::vector<Bytes> messages(count);
        std::vector<const std::uint8_t*> pointers(count);
        for (std::size_t i = 0; i < count; ++i) {
            messages[i] = random_bytes(random, 64);
            pointers[i] = messages[i].data();
        }
        std::vector<Hash256> out(count);
        hash_many_64(GetParam().kernel, GetParam().function, pointers, out.data());
        for (std::size_t i = 0; i < count; ++i) {
            ASSERT_EQ(out[i], GetParam().function.one(messages[i])) << i << " of " << count;
        }
    }
}

TEST_P(Kernels, PairsFromAnywhereWithALabel) {
    std::mt19937_64 random(kSeed);
    const std::size_t count = 37;
    const Bytes halves = random_bytes(random, 1920);
    std::vector<std::array<std::size_t, 2>> chosen(count);
    for (auto& [left, right] : chosen) {
        left = random() % 60;
        right = random() % 60;
    }
    std::vector<Hash256> out(count);
    const DigestLabel label{.keep = ~0xf0U, .set = 0x80};
    hash_pairs(
        GetParam().kernel, GetParam().function, count,
        [&](std::size_t i) { return halves.data() + 32 * chosen[i][0]; },
        [&](std::size_t i) { return halves.data() + 32 * chosen[i][1]; },
        [&](std::size_t i) { return out[i].data(); }, label);
    for (std::size_t i = 0; i < count; ++i) {
        Bytes message(halves.data() + 32 * chosen[i][0], halves.data() + 32 * chosen[i][0] + 32);
        message.insert(message.end(), halves.data() + 32 * chosen[i][1],
                       halves.data() + 32 * chosen[i][1] + 32);
        Hash256 expected = GetParam().function.one(message);
        expected[0] = static_cast<std::uint8_t>((expected[0] & 0x0f) | 0x80);
        ASSERT_EQ(out[i], expected) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(OfThisProcessor,
                         Kernels,
                         ::testing::ValuesIn(cases()),
                         [](const ::testing::TestParamInfo<Case>& tested) {
                             std::string name;
                             for (const char c : tested.param.name) {
                                 name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                             }
                             return name;
                         });

std::array<std::uint32_t, 8> words_of(const std::uint8_t* bytes) {
    std::array<std::uint32_t, 8> words{};
    std::memcpy(words.data(), bytes, sizeof words);
    return words;
}

// The extended output of messages of one to sixteen blocks: chains() to the last block,
// add_output() from there, against the library's.
TEST(Blake3Output, SumsAreThoseOfTheLibrary) {
    std::mt19937_64 random(kSeed);
    for (const Blake3Kernel& kernel : blake3_kernels()) {
        std::vector<Bytes> messages(kernel.lanes);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            messages[i] = random_bytes(random, i * 1024 / (messages.size() - 1));
        }
        const std::vector<ByteView> views(messages.begin(), messages.end());
        std::vector<Hash256> chains(messages.size());
        std::vector<std::uint8_t*> outs(chains.size());
        for (std::size_t i = 0; i < chains.size(); ++i) {
            outs[i] = chains[i].data();
        }
        kernel.chains(views.data(), outs.data());
        LaneSums sums;
        std::array<std::uint16_t, 1024> expected{};
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const std::size_t blocks = std::max<std::size_t>(1, (messages[i].size() + 63) / 64);
            const std::size_t from = 64 * (blocks - 1);
            Blake3RootBlock root{.chaining = words_of(chains[i].data()),
                                 .length = static_cast<std::uint32_t>(messages[i].size() - from),
                                 .flags = (blocks == 1 ? kChunkStart : 0) | kChunkEnd};
            std::copy(messages[i].begin() + static_cast<std::ptrdiff_t>(from), messages[i].end(),
                      reinterpret_cast<std::uint8_t*>(root.block.data()));
            const bool plus = i % 3 != 0;
            kernel.add_output(root, plus ? OutputSign::plus : OutputSign::minus, sums);
            std::array<std::uint8_t, 2048> output{};
            blake3_xof(messages[i], output);
            for (std::size_t n = 0; n < expected.size(); ++n) {
                const auto number =
                    static_cast<std::uint16_t>(output[2 * n] | output[2 * n + 1] << 8);
                expected[n] =
                    static_cast<std::uint16_t>(plus ? expected[n] + number : expected[n] - number);
            }
        }
        for (std::size_t n = 0; n < expected.size(); ++n) {
            ASSERT_EQ(sums.words[n % 32 / 2][n / 32 * 2 + n % 2], expected[n])
                << kernel.name << ", number " << n;
        }
    }
}

}  // namespace
}  // namespace commitbench
