// SPDX-License-Identifier: Apache-2.0
// Reading plans: what they may say, and the line and the word of what they may not.
#include "harness/sweep/plan.hpp"

#include "tests/sweep/plan_text.hpp"

#include <gmock/gmock.h>

namespace commitbench::sweep::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Plan, HasWhatItSays) {
    const auto plan = read(R"(
name = "cores"
description = "more of them"
seed = 7
repetitions = 3
order = "sequential"
time_limit = 90
[axes]
workers = [1, 2]
backend = ["mpt", "paged"]
)");
    ASSERT_TRUE(plan.ok()) << plan.error().message;
    EXPECT_EQ(plan->name, "cores");
    EXPECT_EQ(plan->description, "more of them");
    EXPECT_EQ(plan->seed, 7U);
    EXPECT_EQ(plan->repetitions, 3U);
    EXPECT_EQ(plan->order, Order::sequential);
    EXPECT_EQ(plan->time_limit, std::chrono::seconds(90));
    ASSERT_EQ(plan->axes.size(), 2U);
    EXPECT_EQ(plan->axes[0].name, "workers") << "the order of the file, not of the alphabet";
    EXPECT_EQ(plan->axes[0].values[1].text, "2");
    EXPECT_EQ(plan->axes[1].values[1].text, "paged");
    EXPECT_EQ(plan->axes[1].line, 10U);
}

TEST(Plan, HasDefaults) {
    const auto plan = read("name = \"a\"\n[axes]\nbackend = \"mpt\"\n");
    ASSERT_TRUE(plan.ok()) << plan.error().message;
    EXPECT_EQ(plan->seed, 1U);
    EXPECT_EQ(plan->repetitions, kDefaultRepetitions);
    EXPECT_EQ(plan->order, Order::blocks);
    EXPECT_EQ(plan->time_limit, kDefaultTimeLimit);
}

TEST(Plan, NamesAreBetweenBraces) {
    EXPECT_THAT(placeholders("transfer:accounts={accounts},work={w-1}"),
                ElementsAre("accounts", "w-1"));
    EXPECT_THAT(placeholders("{}{A}{1}{a b}{open"), ElementsAre());
    EXPECT_THAT(placeholders("{{inner}}"), ElementsAre("inner"));
}

struct Wrong {
    const char* text;
    const char* where;  ///< "LINE" or "LINE:COLUMN"
    const char* what;
};

class WrongPlan : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongPlan, IsAnsweredWithPlaceAndRemedy) {
    const auto plan = read(GetParam().text);
    ASSERT_FALSE(plan.ok());
    EXPECT_EQ(plan.error().code, ErrorCode::bad_input);
    EXPECT_THAT(plan.error().message, HasSubstr(std::string("plan.toml:") + GetParam().where));
    EXPECT_THAT(plan.error().message, HasSubstr(GetParam().what));
    EXPECT_EQ(plan.error().message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Plans,
    WrongPlan,
    ::testing::Values(
        Wrong{"name = \"a\"\n[axes]\nbackend = ", "3:", ""},
        Wrong{"name = \"a\"\nrepetitons = 3\n[axes]\nbackend = \"mpt\"", "2:1",
              "did you mean 'repetitions'?"},
        Wrong{"[axes]\nbackend = \"mpt\"", "", "no name"},
        Wrong{"name = \"a\"", "", "no [axes]"},
        Wrong{"name = \"a b\"\n[axes]\nbackend = \"mpt\"", "1:", "letters, digits"},
        Wrong{"name = \"a\"\nrepetitions = 0\n[axes]\nbackend = \"mpt\"", "2:", "at least 1"},
        Wrong{"name = \"a\"\nrepetitions = \"3\"\n[axes]\nbackend = \"mpt\"", "2:", "whole number"},
        Wrong{"name = \"a\"\ntime_limit = 0\n[axes]\nbackend = \"mpt\"", "2:", "seconds"},
        Wrong{"name = \"a\"\ntime_limit = \"1 h\"\n[axes]\nbackend = \"mpt\"", "2:", "seconds"},
        Wrong{"name = \"a\"\norder = \"block\"\n[axes]\nbackend = \"mpt\"",
              "2:", "did you mean 'blocks'?"},
        Wrong{"name = \"a\"\n[axes]\nbakend = \"mpt\"", "3:", "did you mean 'backend'?"},
        Wrong{"name = \"a\"\n[axes]\nworkload = \"kv:items={itms}\"\nitems = 3",
              "3:", "did you mean 'items'?"},
        Wrong{"name = \"a\"\n[axes]\nworkload = \"kv:items={items}\"", "3",
              "nothing gives {items}"},
        Wrong{"name = \"a\"\n[axes]\nbackend = []", "3:", "empty list"},
        Wrong{"name = \"a\"\n[axes]\nbackend = [\"mpt\", \"mpt\"]", "3:", "twice"},
        Wrong{"name = \"a\"\n[axes]\nbackend = true", "3:", "strings and numbers"},
        Wrong{"name = \"a\"\n[axes]\nBackend = \"mpt\"", "3:", "lower-case"},
        Wrong{"name = \"a\"\naxes = 3", "2:", "table of axis = value"},
        Wrong{"name = \"a\"\n[axes]\nbackend = \"mpt\"\n[exclude]\nbackend = \"mpt\"",
              "4:", "[[exclude]]"},
        Wrong{"name = \"a\"\n[axes]\nbackend = \"mpt\"\n[[exclude]]\n", "4:", "empty"},
        Wrong{"name = \"a\"\n[axes]\nbackend = \"mpt\"\n[[include]]\n", "4:", "empty"},
        Wrong{"name = \"a\"\n[axes]\nbackend = \"mpt\"\n[[include]]\nset = {}", "5:", "empty"},
        Wrong{"name = \"a\"\n[axes]\nbackend = \"mpt\"\n[null]\nmemory = [1, 2]",
              "5:", "one value here"}));

}  // namespace
}  // namespace commitbench::sweep::testing
