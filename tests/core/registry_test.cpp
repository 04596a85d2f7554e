// SPDX-License-Identifier: Apache-2.0
#include "harness/core/registry.hpp"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench {
namespace {

using ::testing::HasSubstr;

using Toy = Component<int (*)(const Options&)>;

constexpr std::array kToyOptions{
    OptionSpec{"size", OptionType::integer, "", "3", "1..9", "How large."},
};
constexpr std::array kToys{
    Toy{"bear", "A bear.", kToyOptions,
        [](const Options& o) { return static_cast<int>(o.integer("size")); }},
    Toy{"train", "A train.", {}, [](const Options&) { return -1; }},
};
constexpr std::span<const Toy> kRegistry = kToys;

TEST(Registry, ChoosesAComponentAndItsOptions) {
    const auto choice = choose("toy", kRegistry, "bear:size=5");
    ASSERT_TRUE(choice.ok()) << choice.error().message;
    EXPECT_EQ(choice->component->name, "bear");
    EXPECT_EQ(choice->component->create(choice->options), 5);
    EXPECT_EQ(choice->canonical(), "bear:size=5");
    const auto other = choose("toy", kRegistry, "train");
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(other->canonical(), "train");
}

TEST(Registry, NamesTheNearestOrAll) {
    const auto near = choose("toy", kRegistry, "baer:size=5");
    ASSERT_FALSE(near.ok());
    EXPECT_EQ(near.error().message, "no toy is called 'baer': did you mean 'bear'?");
    const auto far = choose("toy", kRegistry, "xylophone");
    ASSERT_FALSE(far.ok());
    EXPECT_EQ(far.error().message, "no toy is called 'xylophone': choose one of bear, train");
}

TEST(Registry, NamesTheSpecThatCannotBeRead) {
    const auto spec = choose("toy", kRegistry, "bear:size\n");
    ASSERT_FALSE(spec.ok());
    EXPECT_EQ(spec.error().code, ErrorCode::bad_input);
    EXPECT_THAT(spec.error().message, HasSubstr("toy 'bear:size?': 'size?' is not key=value"));
    const auto option = choose("toy", kRegistry, "bear:size=10");
    ASSERT_FALSE(option.ok());
    EXPECT_THAT(option.error().message,
                HasSubstr("toy 'bear': size=10 is not good: it takes integer 1..9"));
}

}  // namespace
}  // namespace commitbench
