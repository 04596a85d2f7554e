// SPDX-License-Identifier: Apache-2.0
// runs.jsonl: added to, torn, damaged, of another sweep.
#include "harness/sweep/run_log.hpp"

#include "harness/run/data_folder.hpp"
#include "tests/sweep/plan_text.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <iterator>

namespace commitbench::sweep::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunLogFile : public ::testing::Test {
  protected:
    RunLogFile() : folder_(std::move(*DataFolder::temporary())) {
        cell_.id = "00000000000000aa";
        cell_.axes = {{"backend", "mpt"}};
    }

    [[nodiscard]] std::string line(std::uint64_t repetition,
                                   const std::string& plan_hash = "hash") const {
        RunEntry entry;
        entry.plan_hash = plan_hash;
        entry.cell = cell_.id;
        entry.repetition = repetition;
        entry.shard = "1/1";
        entry.seconds = 1.5;
        return sweep_line("{\"schema_version\":1,\"transactions_per_s\":12.5}", {}, entry, "plan",
                          cell_);
    }
    void write(const std::string& text) const {
        std::ofstream(folder_.path() / "runs.jsonl") << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(folder_.path() / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    DataFolder folder_;
    SweepCell cell_;
};

TEST_F(RunLogFile, LinesKeepTheResultByteForByte) {
    const std::string result = "{\"schema_version\":1,\"x\": [1,  2]}";
    const std::string with = sweep_line(result, {}, RunEntry(), "plan", cell_);
    EXPECT_TRUE(with.starts_with(result.substr(0, result.size() - 1) + ",\"sweep\":{"));
    const std::string without = sweep_line("", {"commitbench", "run"}, RunEntry(), "plan", cell_);
    EXPECT_TRUE(without.starts_with(
        R"({"schema_version":1,"command":["commitbench","run"],"sweep":{"plan":"plan")"))
        << without;
}

TEST_F(RunLogFile, EntriesComeBackAsTheyWere) {
    RunEntry entry{.plan_hash = "hash",
                   .cell = cell_.id,
                   .repetition = 3,
                   .position = 2,
                   .attempt = 2,
                   .shard = "2/4",
                   .status = RunStatus::failed,
                   .exit_code = 137,
                   .error = "crash",
                   .reason = "no \"memory\"\n",
                   .started_utc = "2026-01-02T03:04:05Z",
                   .seconds = 2.5};
    const auto back = parse_sweep_line(sweep_line("", {}, entry, "plan", cell_));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->repetition, 3U);
    EXPECT_EQ(back->position, 2U);
    EXPECT_EQ(back->attempt, 2U);
    EXPECT_EQ(back->shard, "2/4");
    EXPECT_EQ(back->status, RunStatus::failed);
    EXPECT_EQ(back->exit_code, 137);
    EXPECT_EQ(back->error, "crash");
    EXPECT_EQ(back->reason, "no \"memory\"\n");
    EXPECT_EQ(back->seconds, 2.5);
    EXPECT_FALSE(back->system_refused());
    EXPECT_FALSE(parse_sweep_line("{\"schema_version\":1}").has_value());
    EXPECT_FALSE(parse_sweep_line("{\"sweep\":{\"cell\":3}}").has_value());
    EXPECT_FALSE(parse_sweep_line("[]").has_value());
}

TEST_F(RunLogFile, GrowsByLines) {
    auto log = RunLog::open(folder_.path(), "hash", false);
    ASSERT_TRUE(log.ok()) << log.error().message;
    EXPECT_THAT(log->entries(), IsEmpty());
    ASSERT_TRUE(log->append(line(1), *parse_sweep_line(line(1))).ok());
    ASSERT_TRUE(log->append(line(2), *parse_sweep_line(line(2))).ok());
    EXPECT_EQ(read("runs.jsonl"), line(1) + "\n" + line(2) + "\n");
    const auto again = RunLog::open(folder_.path(), "hash", false);
    ASSERT_TRUE(again.ok());
    EXPECT_THAT(again->entries(), SizeIs(2));
    EXPECT_THAT(again->repairs(), IsEmpty());
}

TEST_F(RunLogFile, ATornLineIsMovedAsideWhateverItsLength) {
    const std::string whole = line(1) + "\n";
    const std::string torn = line(2);
    for (std::size_t cut = 1; cut <= torn.size(); cut += cut < 8 ? 1 : 37) {
        write(whole + torn.substr(0, cut));
        const auto log = RunLog::open(folder_.path(), "hash", false);
        ASSERT_TRUE(log.ok()) << log.error().message;
        EXPECT_THAT(log->entries(), SizeIs(1)) << cut;
        ASSERT_THAT(log->repairs(), SizeIs(1)) << cut;
        EXPECT_THAT(log->repairs().front(), HasSubstr("torn-"));
        EXPECT_EQ(read("runs.jsonl"), whole);
    }
    EXPECT_EQ(read("runs.jsonl.torn-1"), torn.substr(0, 1));
    EXPECT_EQ(read("runs.jsonl.torn-2"), torn.substr(0, 2)) << "none is written over";
}

TEST_F(RunLogFile, ADamagedLineIsNamedAndNothingIsChanged) {
    const std::string text = line(1) + "\n{\"schema_ver\x01\n" + line(2) + "\n";
    write(text);
    const auto log = RunLog::open(folder_.path(), "hash", false);
    ASSERT_FALSE(log.ok());
    EXPECT_EQ(log.error().code, ErrorCode::corrupt);
    EXPECT_THAT(log.error().message, HasSubstr("runs.jsonl:2:"));
    EXPECT_THAT(log.error().message, HasSubstr("--set-aside-corrupt"));
    EXPECT_EQ(read("runs.jsonl"), text);
}

TEST_F(RunLogFile, DamagedLinesAreSetAsideWhereAskedFor) {
    write("broken\n" + line(1) + "\n\n" + line(2) + "\nlast");
    const auto log = RunLog::open(folder_.path(), "hash", true);
    ASSERT_TRUE(log.ok()) << log.error().message;
    EXPECT_THAT(log->entries(), SizeIs(2));
    EXPECT_EQ(read("runs.jsonl"), line(1) + "\n" + line(2) + "\n");
    EXPECT_EQ(read("runs.jsonl.corrupt-1"), "broken\n\n");
    EXPECT_EQ(read("runs.jsonl.torn-1"), "last");
}

TEST_F(RunLogFile, LinesOfAnotherSweepAreRefused) {
    write(line(1) + "\n" + line(1, "other") + "\n");
    const auto log = RunLog::open(folder_.path(), "hash", true);
    ASSERT_FALSE(log.ok());
    EXPECT_THAT(log.error().message, HasSubstr("runs.jsonl:2:"));
    EXPECT_THAT(log.error().message, HasSubstr("another sweep"));
    EXPECT_TRUE(RunLog::open(folder_.path(), "", false).ok()) << "any";
}

TEST_F(RunLogFile, LookingChangesNothing) {
    const std::string text = line(1) + "\nbroken\n" + line(2) + "\ntorn";
    write(text);
    const auto log = RunLog::look(folder_.path());
    ASSERT_TRUE(log.ok());
    EXPECT_THAT(log->entries(), SizeIs(2));
    EXPECT_EQ(read("runs.jsonl"), text);
}

}  // namespace
}  // namespace commitbench::sweep::testing
