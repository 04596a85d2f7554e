// SPDX-License-Identifier: Apache-2.0
// Which run is next: order, resuming, retries, giving up, shards.
#include "harness/sweep/schedule.hpp"

#include "harness/sweep/order.hpp"
#include "tests/sweep/plan_text.hpp"

#include <gmock/gmock.h>
#include <set>

namespace commitbench::sweep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kRepetitions = 4;

std::vector<SweepCell> three_cells() {
    std::vector<SweepCell> cells(3);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        cells[i].id = std::string(1, static_cast<char>('a' + i));
    }
    return cells;
}

ScheduleSettings settings() {
    return {.seed = 9, .order = Order::blocks, .repetitions = kRepetitions, .shard = {}};
}

RunEntry entry_of(const std::vector<SweepCell>& cells, const Slot& slot, RunStatus status) {
    RunEntry entry;
    entry.cell = cells[slot.cell].id;
    entry.repetition = slot.repetition;
    entry.attempt = slot.attempt;
    entry.status = status;
    return entry;
}

std::string show(const std::vector<SweepCell>& cells, const Slot& slot) {
    return cells[slot.cell].id + std::to_string(slot.repetition);
}

/// Runs all that is left; every run comes to `status`.
std::vector<std::string> run_all(Schedule& schedule,
                                 const std::vector<SweepCell>& cells,
                                 RunStatus status = RunStatus::ok) {
    std::vector<std::string> runs;
    while (const auto slot = schedule.next()) {
        runs.push_back(show(cells, *slot));
        schedule.note(entry_of(cells, *slot, status));
        if (runs.size() > 1000) {
            ADD_FAILURE() << "never ends";
            break;
        }
    }
    return runs;
}

TEST(Schedule, RunsRepetitionByRepetitionInTheirOrder) {
    const auto cells = three_cells();
    Schedule schedule(cells, settings());
    std::vector<std::string> expected;
    for (std::uint64_t repetition = 1; repetition <= kRepetitions; ++repetition) {
        for (const std::size_t cell : order_of(9, cells.size(), repetition)) {
            expected.push_back(cells[cell].id + std::to_string(repetition));
        }
    }
    EXPECT_EQ(schedule.remaining().size(), expected.size());
    EXPECT_EQ(run_all(schedule, cells), expected);
    EXPECT_EQ(schedule.done(), expected.size());
}

TEST(Schedule, GoesOnExactlyWhereItEndedWhateverTheMoment) {
    const auto cells = three_cells();
    Schedule whole(cells, settings());
    const auto expected = run_all(whole, cells);
    for (std::size_t cut = 0; cut <= expected.size(); ++cut) {
        Schedule before(cells, settings());
        std::vector<RunEntry> log;
        std::vector<std::string> runs;
        for (std::size_t i = 0; i < cut; ++i) {
            const auto slot = before.next();
            ASSERT_TRUE(slot.has_value());
            log.push_back(entry_of(cells, *slot, RunStatus::ok));
            runs.push_back(show(cells, *slot));
            before.note(log.back());
        }
        Schedule after(cells, settings());
        for (const RunEntry& entry : log) {
            after.note(entry);
        }
        after.begin();
        for (const std::string& run : run_all(after, cells)) {
            runs.push_back(run);
        }
        EXPECT_EQ(runs, expected) << "cut after " << cut;
    }
}

TEST(Schedule, SequentialTakesOneCellAfterTheOther) {
    const auto cells = three_cells();
    ScheduleSettings wanted = settings();
    wanted.order = Order::sequential;
    wanted.repetitions = 2;
    Schedule schedule(cells, wanted);
    EXPECT_THAT(run_all(schedule, cells), ElementsAre("a1", "a2", "b1", "b2", "c1", "c2"));
}

TEST(Schedule, AFailedRunIsTriedTwiceMoreAndThenItsCellIsGivenUp) {
    const auto cells = three_cells();
    ScheduleSettings wanted = settings();
    wanted.order = Order::sequential;
    wanted.repetitions = 2;
    for (const RunStatus bad : {RunStatus::failed, RunStatus::void_run}) {
        Schedule schedule(cells, wanted);
        for (std::uint64_t attempt = 1; attempt <= kMostAttempts; ++attempt) {
            const auto slot = schedule.next();
            ASSERT_TRUE(slot.has_value());
            EXPECT_EQ(show(cells, *slot), "a1");
            EXPECT_EQ(slot->attempt, attempt);
            schedule.note(entry_of(cells, *slot, bad));
        }
        EXPECT_THAT(schedule.given_up(), ElementsAre("a"));
        EXPECT_THAT(run_all(schedule, cells), ElementsAre("b1", "b2", "c1", "c2"));
    }
}

TEST(Schedule, AnAttemptThatSucceedsIsTheRun) {
    const auto cells = three_cells();
    Schedule schedule(cells, settings());
    const Slot first = *schedule.next();
    schedule.note(entry_of(cells, first, RunStatus::failed));
    const Slot second = *schedule.next();
    EXPECT_EQ(second.cell, first.cell);
    EXPECT_EQ(second.attempt, 2U);
    schedule.note(entry_of(cells, second, RunStatus::ok));
    EXPECT_NE(schedule.next()->cell, first.cell);
    EXPECT_THAT(schedule.given_up(), IsEmpty());
}

TEST(Schedule, WhatTheSystemRefusesIsNoAttempt) {
    const auto cells = three_cells();
    Schedule schedule(cells, settings());
    const Slot first = *schedule.next();
    for (int i = 0; i < 10; ++i) {
        RunEntry entry = entry_of(cells, *schedule.next(), RunStatus::failed);
        entry.error = "io";
        schedule.note(entry);
    }
    EXPECT_THAT(schedule.given_up(), IsEmpty());
    EXPECT_EQ(schedule.next()->cell, first.cell);
    EXPECT_EQ(schedule.next()->attempt, 11U) << "their numbers go on all the same";
}

TEST(Schedule, GivenUpCellsAreTriedAgainWhereAskedFor) {
    const auto cells = three_cells();
    ScheduleSettings wanted = settings();
    wanted.order = Order::sequential;
    Schedule before(cells, wanted);
    std::vector<RunEntry> log;
    for (int i = 0; i < 3; ++i) {
        log.push_back(entry_of(cells, *before.next(), RunStatus::failed));
        before.note(log.back());
    }
    wanted.retry_failed = true;
    Schedule again(cells, wanted);
    for (const RunEntry& entry : log) {
        again.note(entry);
    }
    again.begin();
    EXPECT_EQ(show(cells, *again.next()), "a1");
    EXPECT_EQ(again.next()->attempt, 4U);
    EXPECT_EQ(run_all(again, cells, RunStatus::failed).size(), 9U) << "three attempts a cell again";
}

TEST(Schedule, ShardsTogetherAreTheWhole) {
    const auto cells = three_cells();
    Schedule whole(cells, settings());
    auto expected = run_all(whole, cells);
    std::vector<std::string> all;
    for (std::uint64_t index = 1; index <= 3; ++index) {
        ScheduleSettings wanted = settings();
        wanted.shard = {index, 3};
        Schedule shard(cells, wanted);
        std::set<char> repetitions;
        for (const std::string& run : run_all(shard, cells)) {
            all.push_back(run);
            repetitions.insert(run[1]);
        }
        EXPECT_EQ(repetitions.size(), index == 1 ? 2U : 1U) << "whole repetitions: 1 and 4, 2, 3";
    }
    std::ranges::sort(expected);
    std::ranges::sort(all);
    EXPECT_EQ(all, expected);
}

TEST(Schedule, ACellCanStopEarly) {
    const auto cells = three_cells();
    Schedule schedule(cells, settings());
    schedule.stop_after("b", 2);
    schedule.stop_after("b", 3);  // the first word counts
    std::size_t of_b = 0;
    for (const std::string& run : run_all(schedule, cells)) {
        of_b += run[0] == 'b' ? 1U : 0U;
    }
    EXPECT_EQ(of_b, 2U);
}

TEST(Shard, IsIOfN) {
    for (const char* text : {"", "1", "/", "0/2", "3/2", "a/2", "1/", "-1/2"}) {
        EXPECT_FALSE(parse_shard(text).ok()) << text;
    }
    const auto shard = parse_shard("2/4");
    ASSERT_TRUE(shard.ok());
    EXPECT_EQ(shard->text(), "2/4");
    EXPECT_TRUE(shard->runs(2) && shard->runs(6) && !shard->runs(1) && !shard->runs(4));
}

}  // namespace
}  // namespace commitbench::sweep::testing
