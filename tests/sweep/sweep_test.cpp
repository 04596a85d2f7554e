// SPDX-License-Identifier: Apache-2.0
// The loop of a sweep, with a runner that starts no process.
#include "harness/sweep/sweep.hpp"

#include "harness/run/data_folder.hpp"
#include "tests/sweep/plan_text.hpp"

#include <cstdio>
#include <functional>
#include <gmock/gmock.h>
#include <map>

namespace commitbench::sweep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FakeRunner final : public Runner {
  public:
    std::function<Result<RunOutcome>(const SweepCell&)> answer = [](const SweepCell&) {
        return RunOutcome{.exit_code = 0,
                          .result_line =
                              "{\"schema_version\":1,\"transactions_per_s\":10,"
                              "\"ledger\":{\"reason\":\"\"}}",
                          .error = {},
                          .reason = {}};
    };
    std::function<std::vector<std::string>()> narrow = [] { return std::vector<std::string>(); };
    std::vector<std::string> ran;
    int asked = 0;

    Result<RunOutcome> run(const SweepCell& cell) override {
        ran.push_back(cell.id);
        return answer(cell);
    }
    std::vector<std::string> command(const SweepCell&) const override { return {"commitbench"}; }
    Result<std::vector<std::string>> narrow_enough() override {
        ++asked;
        return narrow();
    }
    RunSize size(const SweepCell&) override { return {.keys = 1000, .transactions = 1000}; }
};

class SweepLoop : public ::testing::Test {
  protected:
    SweepLoop()
        : folder_(std::move(*DataFolder::temporary())),
          plan_(std::move(*read("name = \"p\"\n[axes]\nbackend = [\"a\", \"b\"]\n"))),
          cells_(std::move(*expand(plan_, axes()))),
          stream_(std::tmpfile()),
          progress_(stream_, false, false) {
        request_.plan = &plan_;
        request_.cells = &cells_;
        request_.plan_hash = "hash";
        request_.schedule = {.seed = 1, .order = Order::blocks, .repetitions = 2, .shard = {}};
        request_.least_repetitions = 2;
    }
    ~SweepLoop() override { std::fclose(stream_); }

    Result<SweepSummary> sweep() {
        auto log = RunLog::open(folder_.path(), "hash", false);
        if (!log) {
            return log.error();
        }
        return run_sweep(request_, *log, runner_, progress_);
    }
    [[nodiscard]] std::vector<RunEntry> entries() const {
        return RunLog::open(folder_.path(), "hash", false)->entries();
    }
    [[nodiscard]] std::string shown() const {
        std::string text(1U << 16U, '\0');
        std::rewind(stream_);
        text.resize(std::fread(text.data(), 1, text.size(), stream_));
        return text;
    }

    DataFolder folder_;
    Plan plan_;
    std::vector<SweepCell> cells_;
    std::FILE* stream_;
    SweepProgress progress_;
    SweepRequest request_;
    FakeRunner runner_;
};

TEST_F(SweepLoop, RunsEveryCellOfEveryRepetitionOnce) {
    const auto summary = sweep();
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(summary->done, 8U) << "two cells, null x null and A/A, twice";
    EXPECT_EQ(summary->fresh, 8U);
    std::map<std::string, int> times;
    for (const std::string& cell : runner_.ran) {
        ++times[cell];
    }
    EXPECT_EQ(times.size(), 4U);
    const auto again = sweep();
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->fresh, 0U) << "nothing is left to do";
    EXPECT_THAT(shown(), HasSubstr("run 1 of 8 (0 %)"));
    EXPECT_THAT(shown(), HasSubstr("10.0 transactions/s"));
}

TEST_F(SweepLoop, MoreRepetitionsAreAdded) {
    ASSERT_TRUE(sweep().ok());
    request_.schedule.repetitions = 3;
    request_.least_repetitions = 3;
    const auto summary = sweep();
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->fresh, 4U);
    EXPECT_EQ(summary->done, 12U);
}

TEST_F(SweepLoop, FailuresAndVoidRunsAreKeptMarkedAndTriedAgain) {
    const std::string bad = cells_.front().id;
    runner_.answer = [&](const SweepCell& cell) -> Result<RunOutcome> {
        if (cell.id == bad) {
            return RunOutcome{
                .exit_code = 139, .result_line = {}, .error = "crash", .reason = "signal 11"};
        }
        if (cell.id == cells_[1].id) {
            return RunOutcome{.exit_code = 1,
                              .result_line = "{\"schema_version\":1}",
                              .error = "mismatch",
                              .reason = "block 3"};
        }
        return RunOutcome{
            .exit_code = 0, .result_line = "{\"schema_version\":1}", .error = {}, .reason = {}};
    };
    const auto summary = sweep();
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_THAT(summary->given_up, ElementsAre(bad, cells_[1].id));
    EXPECT_EQ(summary->done, 4U);
    std::map<std::string, std::vector<std::uint64_t>> attempts;
    for (const RunEntry& entry : entries()) {
        if (entry.cell == bad) {
            EXPECT_EQ(entry.status, RunStatus::failed);
            EXPECT_EQ(entry.exit_code, 139);
            EXPECT_EQ(entry.reason, "signal 11");
        } else if (entry.cell == cells_[1].id) {
            EXPECT_EQ(entry.status, RunStatus::void_run);
        } else {
            EXPECT_EQ(entry.status, RunStatus::ok);
        }
        attempts[entry.cell].push_back(entry.attempt);
    }
    EXPECT_THAT(attempts[bad], ElementsAre(1, 2, 3));
    EXPECT_THAT(attempts[cells_[1].id], ElementsAre(1, 2, 3));
    EXPECT_THAT(shown(), HasSubstr("signal 11"));
}

TEST_F(SweepLoop, StopsWhereTheSystemRefusesAndGoesOnLater) {
    bool full = true;
    runner_.answer = [&](const SweepCell&) -> Result<RunOutcome> {
        return full ? RunOutcome{.exit_code = 2,
                                 .result_line = {},
                                 .error = "io",
                                 .reason = "the disk is full"}
                    : RunOutcome{.exit_code = 0,
                                 .result_line = "{\"schema_version\":1}",
                                 .error = {},
                                 .reason = {}};
    };
    for (int i = 0; i < 4; ++i) {
        const auto refused = sweep();
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::io);
        EXPECT_THAT(refused.error().message, HasSubstr("the disk is full"));
        EXPECT_THAT(refused.error().message, HasSubstr("goes on"));
    }
    full = false;
    const auto summary = sweep();
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->done, 8U) << "nothing was given up for it";
    EXPECT_EQ(entries().size(), 12U);
}

TEST_F(SweepLoop, AnInterruptLeavesNoLine) {
    std::atomic<bool> flag = false;
    request_.interrupt = &flag;
    runner_.answer = [&](const SweepCell&) -> Result<RunOutcome> {
        if (runner_.ran.size() == 3) {
            flag = true;
            return Error{ErrorCode::interrupted, "interrupted"};
        }
        return RunOutcome{
            .exit_code = 0, .result_line = "{\"schema_version\":1}", .error = {}, .reason = {}};
    };
    const auto stopped = sweep();
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code, ErrorCode::interrupted);
    EXPECT_EQ(entries().size(), 2U);
    flag = false;
    const auto summary = sweep();
    ASSERT_TRUE(summary.ok());
    EXPECT_EQ(summary->fresh, 6U);
}

TEST_F(SweepLoop, UntilTheIntervalsAreNarrowOrTheCap) {
    request_.schedule.repetitions = 5;
    std::map<std::string, int> times;
    runner_.answer = [&](const SweepCell& cell) -> Result<RunOutcome> {
        ++times[cell.id];
        return RunOutcome{
            .exit_code = 0, .result_line = "{\"schema_version\":1}", .error = {}, .reason = {}};
    };
    runner_.narrow = [&] {
        std::vector<std::string> narrow;
        for (const auto& [cell, count] : times) {
            if (cell == cells_[0].id || (cell == cells_[1].id && count >= 3)) {
                narrow.push_back(cell);
            }
        }
        return narrow;
    };
    const auto summary = sweep();
    ASSERT_TRUE(summary.ok()) << summary.error().message;
    EXPECT_EQ(times[cells_[0].id], 2);
    EXPECT_EQ(times[cells_[1].id], 3);
    EXPECT_EQ(times[cells_[2].id], 5);
    EXPECT_EQ(runner_.asked, 3) << "before the repetitions 3, 4 and 5";
}

TEST(Estimates, PreferWhatWasMeasured) {
    Estimate estimate;
    const RunSize size{.keys = 0, .transactions = 100'000};
    const double by_rule = estimate.seconds("a", size);
    EXPECT_NEAR(by_rule, kSecondsARun + 1e5 * kSecondsATransaction, 1e-9);
    estimate.expect("a", size);
    estimate.expect("b", size);
    for (const double seconds : {1.0, 9.0, 2.0}) {
        estimate.note("a", seconds);
    }
    EXPECT_EQ(estimate.seconds("a", size), 2.0) << "the median";
    EXPECT_NEAR(estimate.seconds("b", size), 2.0, 1e-9) << "the rule, off as it was for a";
    EXPECT_EQ(show_duration(45), "45 s");
    EXPECT_EQ(show_duration(600), "10 min");
    EXPECT_EQ(show_duration(9000), "2.5 h");
}

}  // namespace
}  // namespace commitbench::sweep::testing
