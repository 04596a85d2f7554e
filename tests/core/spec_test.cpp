// SPDX-License-Identifier: Apache-2.0
#include "harness/core/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(ParseSpec, ReadsNameAndOptions) {
    const auto bare = parse_spec("null");
    ASSERT_TRUE(bare.ok());
    EXPECT_EQ(bare->name, "null");
    EXPECT_THAT(bare->options, IsEmpty());

    const auto spec = parse_spec("mpt:store=rocksdb,cache=256MiB");
    ASSERT_TRUE(spec.ok());
    EXPECT_EQ(spec->name, "mpt");
    EXPECT_THAT(spec->options, ElementsAre(Pair("store", "rocksdb"), Pair("cache", "256MiB")));

    const auto colon = parse_spec("mpt:");
    ASSERT_TRUE(colon.ok());
    EXPECT_THAT(colon->options, IsEmpty());
}

TEST(ParseSpec, KeepsWhatItNeedNotUnderstand) {
    const auto spec = parse_spec("trace:path=/a=b:c/d,work=");
    ASSERT_TRUE(spec.ok());
    EXPECT_THAT(spec->options, ElementsAre(Pair("path", "/a=b:c/d"), Pair("work", "")));
}

TEST(ParseSpec, ReadsQuotedValues) {
    const auto spec = parse_spec(R"(trace:path="/a,b \"c\" \\d",work=1)");
    ASSERT_TRUE(spec.ok()) << spec.error().message;
    EXPECT_THAT(spec->options, ElementsAre(Pair("path", R"(/a,b "c" \d)"), Pair("work", "1")));
    const auto empty = parse_spec(R"(t:path="")");
    ASSERT_TRUE(empty.ok());
    EXPECT_THAT(empty->options, ElementsAre(Pair("path", "")));
}

TEST(ParseSpec, RefusesWithAReason) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "begins with a name"},
        {":a=1", "begins with a name"},
        {"t:a", "'a' is not key=value"},
        {"t:=1", "'=1' is not key=value"},
        {"t:a=1,,b=2", "'' is not key=value"},
        {"t:,a=1", "'' is not key=value"},
        {"t:a,b=1", "'a' is not key=value"},
        {"t:a=1,", "nothing follows the last comma"},
        {"t:a=1,a=2", "'a' is given twice"},
        {R"(t:a="1)", "is not closed"},
        {R"(t:a="1\)", "is not closed"},
        {R"(t:a="1\")", "is not closed"},
        {R"(t:a="1"2)", "comes '2'"},
        {R"(t:a="C:\new")", R"(\n means nothing)"},
    };
    for (const auto& [text, reason] : cases) {
        SCOPED_TRACE(text);
        const auto spec = parse_spec(text);
        ASSERT_FALSE(spec.ok());
        EXPECT_EQ(spec.error().code, ErrorCode::bad_input);
        EXPECT_THAT(spec.error().message, HasSubstr(reason));
    }
}

}  // namespace
}  // namespace commitbench
