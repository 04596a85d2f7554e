// SPDX-License-Identifier: Apache-2.0
// Power cuts: of the writes since the last sync any sectors may be there and any lost. A restart
// must say the last block that was durable or the one that was under way, with every byte of it.
//
//   COMMITBENCH_CRASH_IMAGES=20000 COMMITBENCH_CRASH_SEED=7 paged_file_crash_test
#include "paged_file_history.hpp"
#include "tests/core/from_environment.hpp"

namespace commitbench::testing {
namespace {

constexpr std::size_t kImagesPerLife = 40;
constexpr std::size_t kLives = 3;

class PowerCut : public ::testing::TestWithParam<Durability> {};

/// Cuts a life at many places, then lives on from one of the images, and cuts that.
void live_and_crash(std::uint64_t seed, Durability durability, std::uint64_t& images) {
    std::mt19937_64 random(seed);
    History history(random, durability);
    DiskImage start;
    for (std::size_t life = 0; life < kLives; ++life) {
        SCOPED_TRACE("life " + std::to_string(life));
        MemoryDisk disk(start);
        const Status lived = history.run(disk, 5 + random() % 30);
        ASSERT_TRUE(lived.ok()) << lived.error().message;
        const History before = history;
        for (std::size_t i = 0; i < kImagesPerLife; ++i) {
            const std::size_t cut = random() % (disk.events() + 1);
            SCOPED_TRACE("cut before event " + std::to_string(cut) + " of " +
                         std::to_string(disk.events()));
            start = disk.after_power_cut(cut, random);
            history = before;
            history.verify_crash(start, cut);
            ++images;
            if (::testing::Test::HasFailure()) {
                return;
            }
        }
    }
}

TEST_P(PowerCut, LeavesABlockThatWasThereOrUnderWay) {
    const std::uint64_t wanted = from_environment("COMMITBENCH_CRASH_IMAGES", 3000);
    std::uint64_t seed = from_environment("COMMITBENCH_CRASH_SEED", 1);
    for (std::uint64_t images = 0; images < wanted && !HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        live_and_crash(seed, GetParam(), images);
    }
}

INSTANTIATE_TEST_SUITE_P(Durabilities,
                         PowerCut,
                         ::testing::Values(Durability::block, Durability::none),
                         [](const auto& instance) {
                             return instance.param == Durability::block ? "block" : "none";
                         });

}  // namespace
}  // namespace commitbench::testing
