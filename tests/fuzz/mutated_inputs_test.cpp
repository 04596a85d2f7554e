// SPDX-License-Identifier: Apache-2.0
// Feeds a fuzz target mutations of its corpus, the same ones on every run, so that the normal tests
// exercise it without clang. scripts/long_tests feeds it more:
//   COMMITBENCH_FUZZ_INPUTS=2000000 rlp_fuzz_test
#include "tests/core/from_environment.hpp"
#include "tests/fuzz/target.hpp"

#include <gtest/gtest.h>
#include <random>

namespace commitbench::fuzz {
namespace {

constexpr std::size_t kLongest = 2048;  // bytes

Bytes mutated(Bytes input, const std::vector<Bytes>& pool, std::mt19937_64& random) {
    // Bytes at which a format turns: the borders of RLP's headers, and what a spec string is made
    // of.
    constexpr std::uint8_t kTelling[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0x94, 0xa0, 0xb7,
                                         0xb8, 0xb9, 0xbf, 0xc0, 0xc1, 0xc2, 0xf7, 0xf8,
                                         0xf9, 0xff, ',',  '=',  ':',  '"',  '\\', '0'};
    for (std::uint64_t steps = random() % 4; steps > 0; --steps) {
        const std::size_t at = input.empty() ? 0 : random() % input.size();
        const auto here = input.begin() + static_cast<std::ptrdiff_t>(at);
        switch (random() % 8) {
            case 0:
                if (!input.empty()) {
                    *here ^= static_cast<std::uint8_t>(1U << random() % 8);
                }
                break;
            case 1:
                if (!input.empty()) {
                    *here = kTelling[random() % std::size(kTelling)];
                }
                break;
            case 2:
                if (!input.empty()) {
                    *here = static_cast<std::uint8_t>(*here + (random() % 2 == 0 ? 1U : 255U));
                }
                break;
            case 3:
                input.insert(here, kTelling[random() % std::size(kTelling)]);
                break;
            case 4:
                input.insert(here, static_cast<std::uint8_t>(random()));
                break;
            case 5:
                input.erase(here, input.begin() + static_cast<std::ptrdiff_t>(
                                                      std::min(input.size(), at + random() % 5)));
                break;
            case 6:
                input.resize(at);
                break;
            default: {
                const Bytes& other = pool[random() % pool.size()];
                const std::size_t from = other.empty() ? 0 : random() % other.size();
                const std::size_t count = std::min(other.size() - from, random() % 60);
                input.insert(here, other.begin() + static_cast<std::ptrdiff_t>(from),
                             other.begin() + static_cast<std::ptrdiff_t>(from + count));
            }
        }
    }
    input.resize(std::min(input.size(), kLongest));
    return input;
}

TEST(MutatedInputs, EveryPropertyHolds) {
    const std::uint64_t seed = 20'260'101;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    std::vector<Bytes> pool = corpus();
    const std::size_t given = pool.size();
    for (const Bytes& input : pool) {
        check(input);
    }
    const std::uint64_t runs = testing::from_environment("COMMITBENCH_FUZZ_INPUTS", 40'000);
    std::uint64_t well_formed = 0;
    for (std::uint64_t run = 0; run < runs; ++run) {
        Bytes input = mutated(pool[random() % pool.size()], pool, random);
        if (check(input)) {
            ++well_formed;
            // What is well-formed is worth going on from; the corpus itself stays.
            if (pool.size() < 300) {
                pool.push_back(std::move(input));
            } else {
                pool[given + random() % (pool.size() - given)] = std::move(input);
            }
        }
    }
    RecordProperty("well_formed", std::to_string(well_formed));
    EXPECT_GT(well_formed, runs / 10) << "most inputs fell at the first check";
    EXPECT_LT(well_formed, runs) << "nothing was refused";
}

}  // namespace
}  // namespace commitbench::fuzz
