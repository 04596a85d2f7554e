// SPDX-License-Identifier: Apache-2.0
#include "harness/core/result.hpp"

#include <gtest/gtest.h>
#include <memory>

namespace commitbench {
namespace {

TEST(Result, HoldsAValueOrAnError) {
    const Result<int> value = 3;
    ASSERT_TRUE(value.ok());
    EXPECT_EQ(*value, 3);
    const Result<int> error = Error{ErrorCode::corrupt, "torn page"};
    ASSERT_FALSE(error);
    EXPECT_EQ(error.error().code, ErrorCode::corrupt);
    EXPECT_EQ(error.error().message, "torn page");
}

TEST(Result, MovesWhatCannotBeCopied) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    const std::unique_ptr<int> taken = std::move(*result);
    EXPECT_EQ(*taken, 7);
}

Status first_failure(bool fail, int& steps) {
    ++steps;
    COMMITBENCH_TRY(fail ? Status(bad_input("no")) : Status());
    ++steps;
    return {};
}

TEST(Result, TryReturnsTheFirstError) {
    int steps = 0;
    EXPECT_TRUE(first_failure(false, steps).ok());
    EXPECT_EQ(steps, 2);
    const Status failed = first_failure(true, steps);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().message, "no");
    EXPECT_EQ(steps, 3);
}

TEST(Result, BadInputStaysOneLine) {
    const Error error = bad_input("no file 'a\nb\tc\x7f' \xc3\xbc");
    EXPECT_EQ(error.code, ErrorCode::bad_input);
    EXPECT_EQ(error.message, "no file 'a?b?c?' \xc3\xbc");
}

}  // namespace
}  // namespace commitbench
