// SPDX-License-Identifier: Apache-2.0
#include "harness/run/progress.hpp"

#include "harness/run/number_text.hpp"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// What `use` makes a sink print.
template<class Use>
std::string printed(bool terminal, Use use) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* const stream = open_memstream(&text, &size);
    use(*make_text_progress(stream, terminal));
    std::fclose(stream);
    std::string result(text, size);
    std::free(text);
    return result;
}

TEST(Progress, APartIsOneLineWhereThereIsNoTerminal) {
    const std::string text = printed(false, [](ProgressSink& sink) {
        sink.begin("loading", "keys", 2'000'000);
        for (std::uint64_t done = 0; done <= 2'000'000; done += 1000) {
            sink.update(done);
        }
        sink.end(2'000'000);
    });
    EXPECT_THAT(text, AllOf(StartsWith("loading: 2,000,000 keys in "), Not(HasSubstr("\r")),
                            Not(HasSubstr("\x1b"))));
    EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
}

TEST(Progress, ATerminalsLineIsRewritten) {
    const std::string text = printed(true, [](ProgressSink& sink) {
        sink.begin("loading", "keys", 10);
        sink.end(10);
    });
    EXPECT_THAT(text, AllOf(StartsWith("\rloading: 10 keys"), HasSubstr("\x1b[K\n")));
}

TEST(NumberText, Groups) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(-123456), "-123,456");
    EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(NumberText, TimesAndRates) {
    EXPECT_EQ(show_ns(12), "12 ns");
    EXPECT_EQ(show_ns(1234), "1.23 us");
    EXPECT_EQ(show_ns(12'340'000), "12.3 ms");
    EXPECT_EQ(show_ns(123'400'000), "123 ms");
    EXPECT_EQ(show_ns(2.5e9), "2.50 s");
    EXPECT_EQ(show_rate(1234.5), "1,234");
    EXPECT_EQ(show_rate(12.34), "12.3");
    EXPECT_EQ(show_rate(1.234), "1.23");
}

}  // namespace
}  // namespace commitbench::testing
