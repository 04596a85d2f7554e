// SPDX-License-Identifier: Apache-2.0
// Runs that end with an Error: interrupts, bad input, a backend that fails. What is said, and what
// is kept.
#include "tests/run/toy_run.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Interrupt, WhileRunningSaysWhatIsKept) {
    const TestFolder folder;
    const RunRequest request = toy_request(folder, "toy", "sequential", "toy:interrupt_at=6");
    // The ledger's process sees its own copy of the flag, set while it makes block 6.
    Error error = must_fail(request);
    EXPECT_EQ(error.code, ErrorCode::interrupted);
    EXPECT_THAT(error.message, HasSubstr("while making the ledger"));
    EXPECT_FALSE(std::filesystem::exists(ledger_of(request))) << "no half ledger";

    // With a ledger of these blocks at hand, the run itself is what is interrupted.
    RunRequest quiet = request;
    quiet.interrupt = nullptr;
    must_run(quiet);
    toy_interrupt() = false;
    error = must_fail(request);
    EXPECT_EQ(error.code, ErrorCode::interrupted);
    EXPECT_THAT(error.message,
                AllOf(HasSubstr("after 6 of 10 blocks"), HasSubstr("earlier lines")));
    EXPECT_EQ(result_lines(folder).size(), 1U) << "the whole run's";
}

TEST(Interrupt, WhileLoadingSaysWhatIsKept) {
    const TestFolder folder;
    const RunRequest request = toy_request(folder);
    must_run(request);
    toy_interrupt() = true;
    const Error error = must_fail(request);
    toy_interrupt() = false;
    EXPECT_EQ(error.code, ErrorCode::interrupted);
    EXPECT_THAT(error.message, HasSubstr("no result line is written"));
}

TEST(BadInput, MoreBlocksThanThereAre) {
    const TestFolder folder;
    const Error error = must_fail(toy_request(folder, "toy", "sequential", "toy:limit=9"));
    EXPECT_EQ(error.code, ErrorCode::bad_input);
    EXPECT_THAT(error.message, AllOf(HasSubstr("2 warm-up and 8 measured"), HasSubstr("9")));
}

TEST(BadInput, NoBlocks) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    request.blocks = 0;
    EXPECT_EQ(must_fail(request).code, ErrorCode::bad_input);
}

TEST(BadInput, ResultsThatCannotBeWritten) {
    const TestFolder folder;
    std::ofstream(folder.path() / "results") << "a file";
    const Error error = must_fail(toy_request(folder));
    EXPECT_EQ(error.code, ErrorCode::bad_input);
    EXPECT_THAT(error.message, HasSubstr("results"));
}

TEST(BadInput, AKeyThatComesTwice) {
    const TestFolder folder;
    const Error error = must_fail(toy_request(folder, "toy", "sequential", "toy:repeat_key=on"));
    EXPECT_EQ(error.code, ErrorCode::bad_input);
    EXPECT_THAT(error.message, AllOf(HasSubstr("entries 0 and 1"), HasSubstr("twice")));
}

TEST(BadInput, ABackendThatHoldsAStateAlready) {
    const TestFolder folder;
    EXPECT_EQ(must_fail(toy_request(folder, "toy:fault=not_empty")).code, ErrorCode::bad_input);
}

TEST(BadInput, FoldersThatAreNotToBeEmptied) {
    const TestFolder folder;
    RunRequest request = toy_request(folder);
    request.directory = folder.path() / "data";
    std::filesystem::create_directory(request.directory);
    std::ofstream(request.directory / "precious") << "text";
    EXPECT_THAT(must_fail(request).message, HasSubstr("holds no state of this program"));
    request.overwrite = true;
    EXPECT_THAT(must_fail(request).message, HasSubstr("holds no state of this program"));
    EXPECT_TRUE(std::filesystem::exists(request.directory / "precious"));
    request.is_data_folder = [](const std::filesystem::path&) { return true; };
    request.overwrite = false;
    EXPECT_THAT(must_fail(request).message, HasSubstr("--overwrite"));
    EXPECT_TRUE(std::filesystem::exists(request.directory / "precious"));
    request.overwrite = true;
    EXPECT_EQ(must_run(request).exit_code(), 0);
    EXPECT_FALSE(std::filesystem::exists(request.directory / "precious"));
    EXPECT_TRUE(std::filesystem::exists(request.directory)) << "a named folder stays";
}

TEST(Failure, TheBackendsErrorIsPassedOnAndNothingIsWrittenDown) {
    const TestFolder folder;
    const Error error = must_fail(toy_request(folder, "toy:fault=full"));
    EXPECT_EQ(error.code, ErrorCode::does_not_fit);
    EXPECT_EQ(error.message, "the toy is full");
    EXPECT_TRUE(result_lines(folder).empty());
}

}  // namespace
}  // namespace commitbench::testing
