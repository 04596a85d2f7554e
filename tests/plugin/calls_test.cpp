// SPDX-License-Identifier: Apache-2.0
// What reaches a plug-in of the options: one spelling a value, as plugin.h says.
#include "harness/plugin/calls.hpp"

#include <array>
#include <gtest/gtest.h>

namespace commitbench::plugin {
namespace {

TEST(PluginSettings, HaveOneSpellingAValue) {
    constexpr std::array kTable{
        OptionSpec{.key = "cache",
                   .type = OptionType::size,
                   .unit = "bytes",
                   .default_value = "64KiB",
                   .help = "h"},
        OptionSpec{.key = "keys",
                   .type = OptionType::integer,
                   .default_value = "10k",
                   .range = "auto|1..",
                   .help = "h"},
        OptionSpec{.key = "lanes", .type = OptionType::boolean, .default_value = "on", .help = "h"},
        OptionSpec{.key = "threads",
                   .type = OptionType::integer,
                   .default_value = "auto",
                   .range = "auto|1..8",
                   .help = "h"},
    };
    const auto options = resolve_options("backend", {"b", {}}, kTable);
    ASSERT_TRUE(options.ok()) << options.error().message;
    const Settings settings(*options);
    std::string text;
    for (std::size_t i = 0; i < settings.size(); ++i) {
        text += std::string(settings.data()[i].key) + "=" + settings.data()[i].value + " ";
    }
    EXPECT_EQ(text, "cache=65536 keys=10000 lanes=on threads=auto ");
}

}  // namespace
}  // namespace commitbench::plugin
