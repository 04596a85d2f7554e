// SPDX-License-Identifier: Apache-2.0
#include "harness/core/options.hpp"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace commitbench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::array kTable{
    OptionSpec{"sync", OptionType::boolean, "", "off", "", "Whether to sync."},
    OptionSpec{"accounts", OptionType::integer, "accounts", "100k", "2..10M", "How many accounts."},
    OptionSpec{"cache", OptionType::size, "bytes", "64MiB", "1MiB..", "Cache."},
    OptionSpec{"theta", OptionType::real, "", "0.99", "0..2.5", "Exponent."},
    OptionSpec{"store", OptionType::choice, "", "memory", "memory|lmdb|rocksdb", "Engine."},
    OptionSpec{"path", OptionType::path, "", "", "", "A file.", true},
};

Result<Options> resolve(std::string_view text, std::span<const OptionSpec> table = kTable) {
    const auto spec = parse_spec(text);
    if (!spec) {
        return spec.error();
    }
    return resolve_options("workload", *spec, table);
}

TEST(Options, DefaultsAndGivenValues) {
    const auto defaults = resolve("t:path=x");
    ASSERT_TRUE(defaults.ok()) << defaults.error().message;
    EXPECT_FALSE(defaults->boolean("sync"));
    EXPECT_EQ(defaults->integer("accounts"), 100'000U);
    EXPECT_EQ(defaults->size("cache"), 64ULL << 20);
    EXPECT_DOUBLE_EQ(defaults->real("theta"), 0.99);
    EXPECT_EQ(defaults->text("store"), "memory");
    EXPECT_EQ(defaults->text("path"), "x");

    const auto given =
        resolve("t:theta=1e-1,store=lmdb,path=\"a,b\",sync=on,cache=1GB,accounts=2M");
    ASSERT_TRUE(given.ok()) << given.error().message;
    EXPECT_TRUE(given->boolean("sync"));
    EXPECT_EQ(given->integer("accounts"), 2'000'000U);
    EXPECT_EQ(given->size("cache"), 1'000'000'000U);
    EXPECT_DOUBLE_EQ(given->real("theta"), 0.1);
    EXPECT_EQ(given->text("store"), "lmdb");
    EXPECT_EQ(given->text("path"), "a,b");
}

TEST(Options, ResolvedValuesHaveOneSpellingInTheOrderOfTheTable) {
    const auto a = resolve("t:path=p,accounts=10k,cache=1024KiB");
    const auto b = resolve("t:cache=1048576,accounts=0010000,path=\"p\"");
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_EQ(a->resolved(), b->resolved());
    EXPECT_THAT(a->resolved(),
                ElementsAre(Pair("sync", "off"), Pair("accounts", "10000"), Pair("cache", "1MiB"),
                            Pair("theta", "0.99"), Pair("store", "memory"), Pair("path", "p")));
    EXPECT_EQ(a->canonical("t"),
              "t:sync=off,accounts=10000,cache=1MiB,theta=0.99,store=memory,path=p");
}

TEST(Options, CanonicalTextParsesToItself) {
    const std::uint64_t seed = 5;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    constexpr std::string_view kLetters = "ab,\"\\=: /.\n";
    for (int i = 0; i < 5000; ++i) {
        ComponentSpec spec{"t", {}};
        std::string path;
        for (std::uint64_t n = random() % 8; n > 0; --n) {
            path += kLetters[random() % kLetters.size()];
        }
        path += 'x';
        spec.options.emplace_back("path", path);
        spec.options.emplace_back("theta",
                                  std::to_string(static_cast<double>(random() % 2500) / 1000.0));
        spec.options.emplace_back("cache", std::to_string((random() % 4096 + 1) << 20));
        const auto options = resolve_options("workload", spec, kTable);
        ASSERT_TRUE(options.ok()) << options.error().message;
        const std::string text = options->canonical("t");
        const auto again = resolve(text);
        ASSERT_TRUE(again.ok()) << text << ": " << again.error().message;
        EXPECT_EQ(again->resolved(), options->resolved()) << text;
        EXPECT_EQ(again->text("path"), path);
    }
}

TEST(Options, RefusalsNameTheOptionTheReasonAndTheRemedy) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"t", "workload 't' needs the option 'path' (A file.), as in 't:path=...'"},
        {"t:path=", "path= is not good: it takes path"},
        {"t:path=x,acounts=3", "has no option 'acounts': did you mean 'accounts'?"},
        {"t:path=x,zzzzzzzzzz=3",
         "has no option 'zzzzzzzzzz': its options are sync, accounts, cache, theta, store, path"},
        {"t:path=x,accounts=1", "accounts=1 is not good: it takes integer 2..10M in accounts"},
        {"t:path=x,accounts=10000001", "it takes integer 2..10M"},
        {"t:path=x,accounts=-5", "it takes integer 2..10M"},
        {"t:path=x,accounts=5KiB", "it takes integer 2..10M"},
        {"t:path=x,accounts=99999999999999999999", "it takes integer 2..10M"},
        {"t:path=x,accounts=18446744073709551615G", "it takes integer 2..10M"},
        {"t:path=x,accounts=", "it takes integer 2..10M"},
        {"t:path=x,cache=1k", "it takes size 1MiB.. in bytes"},
        {"t:path=x,cache=1023KiB", "it takes size 1MiB.."},
        {"t:path=x,theta=2.51", "it takes number 0..2.5"},
        {"t:path=x,theta=-0.1", "it takes number 0..2.5"},
        {"t:path=x,theta=nan", "it takes number 0..2.5"},
        {"t:path=x,theta=inf", "it takes number 0..2.5"},
        {"t:path=x,theta=1x", "it takes number 0..2.5"},
        {"t:path=x,sync=yes", "sync=yes is not good: it takes on|off"},
        {"t:path=x,store=rocksdv", "not one of memory|lmdb|rocksdb: did you mean 'rocksdb'?"},
        {"t:path=x,store=", "store"},
    };
    for (const auto& [text, reason] : cases) {
        SCOPED_TRACE(text);
        const auto options = resolve(text);
        ASSERT_FALSE(options.ok());
        EXPECT_EQ(options.error().code, ErrorCode::bad_input);
        EXPECT_THAT(options.error().message, HasSubstr(reason));
        EXPECT_EQ(options.error().message.find('\n'), std::string::npos);
    }
}

TEST(Options, AnIntegerMayBeLeftToTheComponent) {
    constexpr std::array kLeft{
        OptionSpec{"leaves", OptionType::integer, "leaves", "auto", "auto|0..128", "How many."}};
    const auto automatic = resolve("t", kLeft);
    ASSERT_TRUE(automatic.ok()) << automatic.error().message;
    EXPECT_EQ(automatic->integer_or_auto("leaves"), std::nullopt);
    EXPECT_EQ(automatic->canonical("t"), "t:leaves=auto");
    const auto given = resolve("t:leaves=07", kLeft);
    ASSERT_TRUE(given.ok()) << given.error().message;
    EXPECT_EQ(given->integer_or_auto("leaves"), 7U);
    EXPECT_EQ(given->canonical("t"), "t:leaves=7");
    for (const char* const bad : {"t:leaves=129", "t:leaves=", "t:leaves=automatic"}) {
        const auto refused = resolve(bad, kLeft);
        ASSERT_FALSE(refused.ok()) << bad;
        EXPECT_THAT(refused.error().message, HasSubstr("it takes integer auto|0..128"));
    }
    EXPECT_FALSE(resolve("t:path=x,accounts=auto").ok());
}

TEST(Options, AComponentWithoutOptionsSaysSo) {
    const auto options = resolve("null:cache=1", {});
    ASSERT_FALSE(options.ok());
    EXPECT_THAT(options.error().message,
                HasSubstr("workload 'null' has no option 'cache': it has none"));
}

TEST(Options, BoundsAreInclusive) {
    EXPECT_TRUE(resolve("t:path=x,accounts=2").ok());
    EXPECT_TRUE(resolve("t:path=x,accounts=10M").ok());
    EXPECT_TRUE(resolve("t:path=x,theta=0").ok());
    EXPECT_TRUE(resolve("t:path=x,theta=2.5").ok());
    EXPECT_TRUE(resolve("t:path=x,cache=1MiB").ok());
}

TEST(OptionsDeathTest, ReadingAnUndeclaredOptionIsABug) {
    const auto options = resolve("t:path=x");
    ASSERT_TRUE(options.ok());
    EXPECT_DEATH((void)options->integer("nothing"), "bug: option 'nothing'");
    EXPECT_DEATH((void)options->integer("cache"), "bug: option 'cache'");
}

TEST(ParseNumbers, IntegersAndSizes) {
    EXPECT_EQ(parse_integer("0"), 0U);
    EXPECT_EQ(parse_integer("10k"), 10'000U);
    EXPECT_EQ(parse_integer("2G"), 2'000'000'000U);
    EXPECT_EQ(parse_integer("18446744073709551615"), UINT64_MAX);
    for (const std::string_view bad :
         {"", "k", "1K", "1 k", " 1", "1e3", "1.5k", "+1", "-1", "0x10", "18446744073709551616",
          "18446744073709551615k", "1kk"}) {
        EXPECT_EQ(parse_integer(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(parse_size("4096"), 4096U);
    EXPECT_EQ(parse_size("64KiB"), 65'536U);
    EXPECT_EQ(parse_size("1TiB"), 1ULL << 40);
    EXPECT_EQ(parse_size("3kB"), 3'000U);
    EXPECT_EQ(parse_size("1TB"), 1'000'000'000'000U);
    for (const std::string_view bad : {"", "KiB", "1k", "1kib", "1 KiB", "1.5MiB", "16777216TiB"}) {
        EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
    }
}

TEST(FormatSize, ReadsBack) {
    EXPECT_EQ(format_size(0), "0");
    EXPECT_EQ(format_size(1023), "1023");
    EXPECT_EQ(format_size(1024), "1KiB");
    EXPECT_EQ(format_size(1536), "1536");
    EXPECT_EQ(format_size(256ULL << 20), "256MiB");
    EXPECT_EQ(format_size(3ULL << 40), "3TiB");
    for (const std::uint64_t bytes :
         {1ULL, 1000ULL, 5ULL << 10, (1ULL << 30) + 1, 7ULL << 30, 1ULL << 63, ~0ULL}) {
        EXPECT_EQ(parse_size(format_size(bytes)), bytes);
    }
}

TEST(Nearest, FindsWhatWasMeant) {
    constexpr std::array<std::string_view, 4> kNames{"sequential", "replay", "block-stm", "lock"};
    EXPECT_EQ(nearest("sequental", kNames), "sequential");
    EXPECT_EQ(nearest("repaly", kNames), "replay");
    EXPECT_EQ(nearest("locks", kNames), "lock");
    EXPECT_EQ(nearest("postgres", kNames), "");
    EXPECT_EQ(nearest("x", {}), "");
}

TEST(DescribeType, SaysWhatAValueMayBe) {
    EXPECT_EQ(describe_type(kTable[0]), "on|off");
    EXPECT_EQ(describe_type(kTable[1]), "integer 2..10M");
    EXPECT_EQ(describe_type(kTable[2]), "size 1MiB..");
    EXPECT_EQ(describe_type(kTable[3]), "number 0..2.5");
    EXPECT_EQ(describe_type(kTable[4]), "memory|lmdb|rocksdb");
    EXPECT_EQ(describe_type(kTable[5]), "path");
}

}  // namespace
}  // namespace commitbench
