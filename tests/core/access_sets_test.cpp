// SPDX-License-Identifier: Apache-2.0
#include "harness/core/access_sets.hpp"

#include "tests/executors/random_block.hpp"

#include <gtest/gtest.h>
#include <map>

namespace commitbench::testing {
namespace {

/// What a builder was told, as plainly as can be: key -> written, for each transaction.
using PlainSets = std::vector<std::map<StateKey, bool>>;

PlainSets plain(const AccessSets& sets) {
    PlainSets rows(sets.size());
    for (std::size_t i = 0; i < sets.size(); ++i) {
        std::uint32_t least = 0;
        for (const Access& access : sets.of(i)) {
            EXPECT_GE(access.key, least) << "ids ascend within a transaction";
            least = access.key + 1;
            rows[i][sets.keys()[access.key]] = access.write != 0;
        }
    }
    return rows;
}

TEST(AccessSets, EmptyAndATransactionThatTouchesNothing) {
    AccessSetsBuilder builder;
    EXPECT_EQ(builder.finish().size(), 0U);
    builder.end_transaction();
    const AccessSets sets = builder.finish();
    ASSERT_EQ(sets.size(), 1U);
    EXPECT_TRUE(sets.of(0).empty());
    EXPECT_TRUE(sets.keys().empty());
}

TEST(AccessSets, AWriteWinsAndWhatIsUnfinishedIsDropped) {
    AccessSetsBuilder builder;
    builder.touch(test_key(1), false);
    builder.touch(test_key(1), true);
    builder.touch(test_key(1), false);
    builder.end_transaction();
    builder.touch(test_key(1), true);
    const AccessSets sets = builder.finish();
    ASSERT_EQ(sets.size(), 1U);
    ASSERT_EQ(sets.of(0).size(), 1U);
    EXPECT_EQ(sets.of(0)[0].write, 1U);
    EXPECT_EQ(sets.accesses().size(), 1U);
}

TEST(AccessSets, EqualsThePlainForm) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937_64 random(seed);
        AccessSetsBuilder builder;
        for (int reuse = 0; reuse < 2; ++reuse) {
            PlainSets expected(random() % 20);
            for (auto& row : expected) {
                for (std::uint64_t touches = random() % 9; touches > 0; --touches) {
                    const StateKey key = test_key(random() % 12);
                    const bool write = random() % 2 == 0;
                    builder.touch(key, write);
                    row[key] = row[key] || write;
                }
                builder.end_transaction();
            }
            const AccessSets sets = builder.finish();
            EXPECT_EQ(plain(sets), expected);
            EXPECT_TRUE(std::ranges::is_sorted(sets.keys()));
            EXPECT_EQ(std::ranges::adjacent_find(sets.keys()), sets.keys().end());
        }
    }
}

}  // namespace
}  // namespace commitbench::testing
