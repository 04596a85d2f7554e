// SPDX-License-Identifier: Apache-2.0
// The schedulers of `block-stm`, the window and the key table, step by step on one thread.
#include "executors/block_stm/multi_version.hpp"
#include "executors/block_stm/rolling_scheduler.hpp"
#include "executors/block_stm/wave_scheduler.hpp"
#include "tests/executors/random_block.hpp"

#include <gtest/gtest.h>
#include <set>

namespace commitbench::block_stm {
namespace {

using testing::test_key;

struct OneThread {
    void step() const noexcept {}
    void relax() const noexcept { FAIL() << "nobody else is there to wait for"; }
};

std::uint64_t test_now = 0;
std::uint64_t clock_of_test() {
    return test_now;
}

/// What committing means, as a script wants it.
struct Script {
    std::set<std::uint32_t> invalid{};  ///< once each
    std::vector<std::string> said{};

    bool validate(OneThread& /*worker*/, std::uint32_t index) {
        said.push_back("validate " + std::to_string(index));
        return invalid.erase(index) == 0;
    }
    void abort(OneThread& /*worker*/, std::uint32_t index) {
        said.push_back("abort " + std::to_string(index));
    }
    bool settle(OneThread& /*worker*/, std::uint32_t index) {
        said.push_back("settle " + std::to_string(index));
        return true;
    }
};

class Rolling : public ::testing::Test {
  protected:
    std::vector<Transaction> transactions = std::vector<Transaction>(4);
    SpeculationWindow window{false, 1, &clock_of_test};
    RollingScheduler<> scheduler{transactions, true, window};
    OneThread worker;
    Script script;

    std::uint32_t claimed(bool on_prefix) {
        const auto claim = scheduler.claim(worker);
        EXPECT_TRUE(claim.has_value());
        EXPECT_EQ(claim->on_prefix, on_prefix);
        return claim->index;
    }
    void finish(std::uint32_t index, bool on_prefix) {
        EXPECT_FALSE(scheduler.finish(worker, {index, on_prefix}, script).has_value());
    }
};

TEST_F(Rolling, InOrderNothingIsValidated) {
    for (std::uint32_t index = 0; index < 4; ++index) {
        ASSERT_EQ(claimed(true), index);
        finish(index, true);
    }
    EXPECT_TRUE(scheduler.is_done());
    EXPECT_FALSE(scheduler.claim(worker).has_value());
    EXPECT_TRUE(script.said.empty());
}

TEST_F(Rolling, WhatRanAheadIsValidatedWhenThePrefixComesToIt) {
    ASSERT_EQ(claimed(true), 0U);
    ASSERT_EQ(claimed(false), 1U);
    ASSERT_EQ(claimed(false), 2U);
    finish(2, false);
    finish(1, false);
    EXPECT_TRUE(script.said.empty());
    finish(0, true);
    EXPECT_EQ(script.said,
              (std::vector<std::string>{"validate 1", "settle 1", "validate 2", "settle 2"}));
    ASSERT_EQ(claimed(true), 3U);
    finish(3, true);
    EXPECT_TRUE(scheduler.is_done());
}

TEST_F(Rolling, WhatDoesNotValidateIsRunAgainByWhoFoundOut) {
    ASSERT_EQ(claimed(true), 0U);
    ASSERT_EQ(claimed(false), 1U);
    ASSERT_EQ(claimed(false), 2U);
    finish(1, false);
    finish(2, false);
    script.invalid = {1};
    const auto again = scheduler.finish(worker, {0, true}, script);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->index, 1U);
    EXPECT_TRUE(again->on_prefix);
    EXPECT_EQ(script.said, (std::vector<std::string>{"validate 1", "abort 1"}));
    finish(1, true);
    EXPECT_EQ(script.said.back(), "settle 2");
}

TEST_F(Rolling, ASuspendedTransactionWaitsForItsBlocker) {
    ASSERT_EQ(claimed(true), 0U);
    ASSERT_EQ(claimed(false), 1U);
    scheduler.suspend(worker, 1, 0);
    ASSERT_EQ(claimed(false), 2U);
    ASSERT_EQ(claimed(false), 3U);
    EXPECT_FALSE(scheduler.claim(worker).has_value());
    EXPECT_FALSE(scheduler.has_news(worker));
    finish(0, true);
    EXPECT_TRUE(scheduler.has_news(worker));
    ASSERT_EQ(claimed(true), 1U);
    finish(1, true);
}

TEST_F(Rolling, WhoSuspendsOnWhatHasEndedIsReadyAtOnce) {
    ASSERT_EQ(claimed(true), 0U);
    ASSERT_EQ(claimed(false), 1U);
    ASSERT_EQ(claimed(false), 2U);
    finish(1, false);
    scheduler.suspend(worker, 2, 1);
    ASSERT_EQ(claimed(false), 2U);
}

TEST_F(Rolling, ThePrefixIsHandedOnBeforeTheCursor) {
    ASSERT_EQ(claimed(true), 0U);
    ASSERT_EQ(claimed(false), 1U);
    scheduler.suspend(worker, 1, 0);
    ASSERT_EQ(claimed(false), 2U);
    finish(0, true);
    ASSERT_EQ(claimed(true), 1U);
    ASSERT_EQ(claimed(false), 3U);
}

TEST(Window, ClosesWhereRunningAheadDoesNotPayAndTriesAgain) {
    SpeculationWindow window(true, 2, &clock_of_test);
    const std::uint32_t first = window.width();
    window.record(true);
    EXPECT_EQ(window.width(), first + 1);
    for (int i = 0; i < 100; ++i) {
        window.record(false);
    }
    EXPECT_EQ(window.width(), 1U);
    std::uint32_t commits = 0;
    for (std::uint32_t before = 0; before < 3; ++before) {
        std::uint32_t now = 0;
        for (; window.width() == 1; ++now) {
            window.record_on_prefix();
        }
        EXPECT_GT(now, commits) << "tries become rarer";
        commits = now;
        while (window.width() > 1) {
            window.record(false);
        }
    }
    for (int i = 0; i < 5000; ++i) {
        window.record(true);
    }
    EXPECT_GT(window.width(), 1000U);
}

TEST(Window, HasOneWidthWhereItDoesNotAdapt) {
    SpeculationWindow window(false, 2, &clock_of_test);
    const std::uint32_t first = window.width();
    window.record(false);
    window.record_on_prefix();
    EXPECT_EQ(window.width(), first);
    EXPECT_EQ(SpeculationWindow(false, 6, &clock_of_test).width(), 3 * first);
    EXPECT_EQ(SpeculationWindow(false, 256, &clock_of_test).width(), 1024U);
}

/// Runs blocks whose commits take `open_ns` where the window is open and `closed_ns` where not.
std::uint32_t closed_share(std::uint64_t open_ns, std::uint64_t closed_ns) {
    SpeculationWindow window(true, 2, &clock_of_test);
    std::uint32_t closed = 0;
    for (int block = 0; block < 100; ++block) {
        window.begin_block();
        for (std::uint32_t index = 0; index < 1000; ++index) {
            const bool is_closed = window.width() == 1;
            closed += is_closed ? 1U : 0U;
            test_now += is_closed ? closed_ns : open_ns;
            window.count(index);
        }
        window.end_block(1000);
        test_now += 1'000'000'000;  // between blocks: nobody's
    }
    return closed / 1000;
}

TEST(Window, StaysClosedWhereWorkersCostEachOtherMoreThanTheyHelp) {
    EXPECT_GT(closed_share(600, 250), 90U);
    EXPECT_LT(closed_share(600, 1100), 5U);
    EXPECT_LT(closed_share(600, 600), 5U);
    EXPECT_EQ(closed_share(5'000, 2'000), 0U) << "too long for it to be the workers' fault";
}

class Waves : public ::testing::Test {
  protected:
    using Scheduler = WaveScheduler<>;
    using Duty = Scheduler::Duty;
    using Task = Scheduler::Task;
    Scheduler scheduler{2, true, true};
    OneThread worker;

    Task next(Duty duty, std::uint32_t index, std::uint32_t incarnation) {
        Task task = scheduler.next(worker);
        EXPECT_EQ(task.duty, duty);
        EXPECT_EQ(task.index, index);
        EXPECT_EQ(task.incarnation, incarnation);
        return task;
    }
    void expect_done() {
        EXPECT_EQ(scheduler.next(worker).duty, Duty::none);
        EXPECT_TRUE(scheduler.is_done(worker));
    }
    void validate_all() {
        for (std::uint32_t index = 0; index < 2; ++index) {
            Task task = scheduler.next(worker);
            ASSERT_EQ(task.duty, Duty::validate);
            ASSERT_EQ(scheduler.finish_validation(worker, std::move(task), false).duty, Duty::none);
        }
    }
};

TEST_F(Waves, EachIsExecutedAndValidatedAndThenAllIsDone) {
    Task zero = next(Duty::execute, 0, 0);
    Task one = next(Duty::execute, 1, 0);
    EXPECT_EQ(scheduler.finish_execution(worker, std::move(one), true).duty, Duty::none);
    EXPECT_EQ(scheduler.next(worker).duty, Duty::none) << "0 is not executed yet";
    EXPECT_FALSE(scheduler.is_done(worker));
    EXPECT_EQ(scheduler.finish_execution(worker, std::move(zero), true).duty, Duty::none);
    validate_all();
    expect_done();
}

TEST_F(Waves, NothingIsDoneWhileSomebodyHoldsATask) {
    EXPECT_EQ(scheduler.finish_execution(worker, next(Duty::execute, 0, 0), true).duty, Duty::none);
    EXPECT_EQ(scheduler.finish_validation(worker, next(Duty::validate, 0, 0), false).duty,
              Duty::none);
    EXPECT_EQ(scheduler.finish_execution(worker, next(Duty::execute, 1, 0), true).duty, Duty::none);
    {
        const Task held = next(Duty::validate, 1, 0);
        EXPECT_EQ(scheduler.next(worker).duty, Duty::none);
        EXPECT_FALSE(scheduler.is_done(worker));
    }
    expect_done();
}

TEST_F(Waves, OneValidatorAbortsAndRunsTheTransactionAgain) {
    EXPECT_EQ(scheduler.finish_execution(worker, next(Duty::execute, 0, 0), true).duty, Duty::none);
    EXPECT_EQ(scheduler.finish_validation(worker, next(Duty::validate, 0, 0), false).duty,
              Duty::none);
    EXPECT_EQ(scheduler.finish_execution(worker, next(Duty::execute, 1, 0), true).duty, Duty::none);
    Task task = next(Duty::validate, 1, 0);
    EXPECT_TRUE(scheduler.try_abort(worker, task));
    EXPECT_FALSE(scheduler.try_abort(worker, task)) << "once only";
    Task again = scheduler.finish_validation(worker, std::move(task), true);
    EXPECT_EQ(again.duty, Duty::execute);
    EXPECT_EQ(again.incarnation, 1U);
    EXPECT_FALSE(scheduler.is_done(worker));
    // Nobody below or above is concerned where no new key was written: it validates itself.
    Task itself = scheduler.finish_execution(worker, std::move(again), false);
    EXPECT_EQ(itself.duty, Duty::validate);
    EXPECT_EQ(scheduler.finish_validation(worker, std::move(itself), false).duty, Duty::none);
    expect_done();
}

TEST_F(Waves, ASuspendedTransactionRunsAgainAfterItsBlocker) {
    Task zero = next(Duty::execute, 0, 0);
    {
        const Task one = next(Duty::execute, 1, 0);
        EXPECT_TRUE(scheduler.suspend(worker, one, 0));
    }
    EXPECT_EQ(scheduler.next(worker).duty, Duty::none);
    EXPECT_FALSE(scheduler.is_done(worker));
    EXPECT_EQ(scheduler.finish_execution(worker, std::move(zero), true).duty, Duty::none);
    EXPECT_EQ(scheduler.finish_validation(worker, next(Duty::validate, 0, 0), false).duty,
              Duty::none);
    Task one = next(Duty::execute, 1, 1);
    EXPECT_FALSE(scheduler.suspend(worker, one, 0)) << "0 has ended: run again at once";
    EXPECT_EQ(scheduler.finish_execution(worker, std::move(one), true).duty, Duty::none);
    EXPECT_EQ(scheduler.finish_validation(worker, next(Duty::validate, 1, 1), false).duty,
              Duty::none);
    expect_done();
}

/// One key each of what a version can be when its execution is thrown away.
TEST(MultiVersion, RetractsWhatThePaperTurnsIntoEstimatesAndNothingElse) {
    OneThread worker;
    BlockMemory memory(false);
    const Value* const value = memory.make_value(ValueKind::present, {});
    const Payload before[] = {Payload(), Payload(value, Mark::published),
                              Payload(value, Mark::estimate), Payload(nullptr, Mark::estimate),
                              Payload(value, Mark::hidden)};
    for (const bool as_estimates : {true, false}) {
        for (const Payload payload : before) {
            Version version;
            version.payload = payload.word();
            version.in_write_set = payload.mark() != Mark::hidden && !payload.is_removed();
            Transaction transaction;
            transaction.versions = &version;
            MultiVersion::retract(worker, transaction, as_estimates);
            const Payload left(version.payload.load());
            const bool stays =
                as_estimates && !payload.is_removed() && payload.mark() != Mark::hidden;
            EXPECT_EQ(left.mark() == Mark::estimate, stays) << payload.word();
            EXPECT_EQ(left.is_removed(), !stays);
            EXPECT_EQ(left.value(), nullptr);
            EXPECT_EQ(version.in_write_set, stays);
        }
    }
}

TEST(Keys, ManyMoreThanExpectedAreFoundAgain) {
    OneThread worker;
    BlockMemory memory(false);
    KeyTable table;
    for (const bool alike : {false, true}) {
        table.reset(10);
        std::vector<Entry*> entries;
        for (std::uint64_t n = 0; n < 5000; ++n) {
            StateKey key = test_key(n);
            if (alike) {
                key = {};
                std::memcpy(key.bytes.data() + 24, &n, sizeof n);
            }
            bool is_new = false;
            entries.push_back(&table.find_or_make(worker, key, memory, is_new));
            ASSERT_TRUE(is_new);
            ASSERT_EQ(entries.back()->key, key);
        }
        for (Entry* entry : entries) {
            bool is_new = true;
            ASSERT_EQ(&table.find_or_make(worker, entry->key, memory, is_new), entry);
            ASSERT_FALSE(is_new);
        }
    }
}

}  // namespace
}  // namespace commitbench::block_stm
