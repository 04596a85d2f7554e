// SPDX-License-Identifier: Apache-2.0
// Which worker sits where: on machines that are made up, and on this one.
#include "harness/runtime/placement.hpp"

#include "harness/runtime/worker_pool.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

namespace commitbench::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> shown(const std::vector<ProcessingUnit>& units) {
    std::vector<std::string> words;
    words.reserve(units.size());
    for (const ProcessingUnit& unit : units) {
        words.push_back(fmt::format("{}/{}", unit.core, unit.number));
    }
    return words;
}

/// The units that the calling thread may use.
std::vector<unsigned> mine() {
    cpu_set_t set;
    EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
    std::vector<unsigned> units;
    for (unsigned unit = 0; unit < CPU_SETSIZE; ++unit) {
        if (CPU_ISSET(unit, &set)) {
            units.push_back(unit);
        }
    }
    return units;
}

void confine_to(const std::vector<unsigned>& units) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const unsigned unit : units) {
        CPU_SET(unit, &set);
    }
    ASSERT_EQ(sched_setaffinity(0, sizeof set, &set), 0);
}

TEST(Placement, CoresBeforeSecondThreadsOfCores) {
    EXPECT_THAT(shown(processing_units_of("package:2 core:2 pu:2", {})),
                ElementsAre("0/0", "1/2", "2/4", "3/6", "0/1", "1/3", "2/5", "3/7"));
    EXPECT_THAT(shown(processing_units_of("core:3 pu:1", {})), ElementsAre("0/0", "1/1", "2/2"));
    EXPECT_THAT(shown(processing_units_of("package:2 pu:2", {})),
                ElementsAre("0/0", "1/1", "2/2", "3/3"))
        << "a machine without cores";
}

TEST(Placement, UsesWhatIsAllowedOnly) {
    EXPECT_THAT(shown(processing_units_of("package:2 core:2 pu:2", {1, 2, 3, 7})),
                ElementsAre("0/1", "1/2", "3/7", "1/3"));
    EXPECT_THAT(shown(processing_units_of("core:4 pu:1", {2})), ElementsAre("2/2"));
}

TEST(Placement, AMachineThatCannotBeReadHasNone) {
    EXPECT_THAT(processing_units_of("no machine", {}), IsEmpty());
}

TEST(Placement, PinsAsManyWorkersAsThereAreUnits) {
    const auto units = processing_units_of("core:8 pu:1", {});
    for (const std::uint32_t workers : {2U, 3U, 8U}) {
        const Placement placement = place_workers(workers, units);
        EXPECT_TRUE(placement.pinned());
        ASSERT_EQ(placement.seats.size(), workers);
        EXPECT_EQ(placement.seats.back().number, workers - 1);
    }
    EXPECT_EQ(place_workers(2, units).text(),
              "worker 0: core 0 (pu 0), worker 1: core 1 (pu 1); pinned");
    EXPECT_EQ(place_workers(16, units).text(), "not pinned: 16 workers for 8 processing units");
    EXPECT_EQ(place_workers(1, units).text(),
              "not pinned: one worker has nobody to keep apart from");
    EXPECT_EQ(place_workers(2, {}).text(),
              "not pinned: the system does not tell its processing units");
}

TEST(Placement, ThisMachineOffersWhatTheProcessMayUse) {
    std::vector<unsigned> numbers;
    for (const ProcessingUnit& unit : usable_processing_units()) {
        numbers.push_back(unit.number);
    }
    EXPECT_THAT(numbers, ::testing::UnorderedElementsAreArray(mine()));
}

TEST(PinnedPool, WorkersSitWhereThePlacementSays) {
    const auto before = mine();
    const auto units = usable_processing_units();
    for (const std::uint32_t workers : {1U, 2U, 3U, 8U, 16U}) {
        WorkerPool pool(workers, place_workers(workers, units));
        ASSERT_EQ(pool.placement().pinned(), workers > 1 && workers <= units.size());
        std::vector<std::vector<unsigned>> seats(workers);
        for (int round = 0; round < 3; ++round) {
            pool.run([&](const NativeWorker& worker) { seats[worker.index()] = mine(); });
            for (std::uint32_t worker = 0; worker < workers; ++worker) {
                if (pool.placement().pinned()) {
                    EXPECT_THAT(seats[worker], ElementsAre(units[worker].number));
                } else {
                    EXPECT_EQ(seats[worker], before);
                }
            }
            EXPECT_EQ(mine(), before) << "the caller is to be free between runs";
        }
    }
}

/// What a store's background threads rely on.
TEST(PinnedPool, ThreadsThatTheCallerStartsBetweenRunsAreFree) {
    const auto before = mine();
    WorkerPool pool(2, place_workers(2, usable_processing_units()));
    pool.run([](const NativeWorker&) {});
    std::vector<unsigned> inherited;
    std::thread([&] { inherited = mine(); }).join();
    EXPECT_EQ(inherited, before);
}

TEST(PinnedPool, StaysWithinTheMaskOfTheProcess) {
    const auto before = mine();
    if (before.size() < 2) {
        GTEST_SKIP() << "this process has one processing unit";
    }
    confine_to({before.back()});
    const auto units = usable_processing_units();
    EXPECT_EQ(units.size(), 1U);
    EXPECT_FALSE(place_workers(2, units).pinned());
    confine_to(before);
}

TEST(PinnedPool, SaysSoWhereTheKernelRefuses) {
    const auto before = mine();
    const unsigned missing = CPU_SETSIZE - 1;
    if (before.back() == missing) {
        GTEST_SKIP() << "this machine has every processing unit";
    }
    WorkerPool pool(2, {.seats = {{0, before.front()}, {1, missing}}, .why_not = {}});
    pool.run([](const NativeWorker&) {});
    EXPECT_EQ(pool.placement().text(),
              "not pinned: the kernel refused a worker its processing unit");
    EXPECT_EQ(mine(), before);
}

}  // namespace
}  // namespace commitbench::testing
