// SPDX-License-Identifier: Apache-2.0
#include "harness/run/mismatch.hpp"

#include "tests/executors/random_block.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;

/// Keys by their first byte, so that their order can be seen.
StateKey key_of(std::uint8_t first) {
    StateKey key;
    key.bytes[0] = first;
    return key;
}

/// "k" writes "k", "-k" deletes it.
StateDiff diff_of(std::initializer_list<int> entries) {
    StateDiff diff;
    for (const int entry : entries) {
        const auto number = static_cast<std::uint8_t>(entry < 0 ? -entry : entry);
        if (entry < 0) {
            diff.add_deletion(key_of(number), OldState::unknown, {});
        } else {
            diff.add(key_of(number), OldState::unknown, {}, Bytes{number});
        }
    }
    return diff;
}

std::string difference_of(std::initializer_list<int> run, std::initializer_list<int> reference) {
    return first_difference(diff_of(run), diff_of(reference)).value_or("none");
}

TEST(Mismatch, FirstKeyThatDiffers) {
    EXPECT_EQ(difference_of({1, 2, -3}, {1, 2, -3}), "none");
    EXPECT_EQ(difference_of({}, {}), "none");
    EXPECT_THAT(difference_of({1, 3}, {1, 2, 3}), HasSubstr("key 0x02"));
    EXPECT_THAT(difference_of({1, 3}, {1, 2, 3}), HasSubstr("the run did not change it"));
    EXPECT_THAT(difference_of({1, 2, 3}, {1, 3}), HasSubstr("the reference did not change it"));
    EXPECT_THAT(difference_of({1, 2}, {1}), HasSubstr("key 0x02"));
    EXPECT_THAT(difference_of({1}, {1, 2}), HasSubstr("key 0x02"));
    EXPECT_THAT(difference_of({1, -2}, {1, 2}),
                HasSubstr("the run deleted it, the reference wrote 0x02"));
}

TEST(Mismatch, AnOldValueIsNoDifference) {
    StateDiff run;
    run.add(key_of(1), OldState::present, Bytes{9}, Bytes{1});
    EXPECT_FALSE(first_difference(run, diff_of({1})).has_value());
}

TEST(Mismatch, FirstReceiptThatDiffers) {
    const std::vector<Receipt> good{{TxStatus::ok, 1}, {TxStatus::failed, 2}};
    std::vector<Receipt> bad = good;
    const auto compare = [&] {
        return first_difference(std::span<const Receipt>(bad), std::span<const Receipt>(good));
    };
    EXPECT_FALSE(compare().has_value());
    bad[1].status = TxStatus::ok;
    EXPECT_THAT(*compare(), HasSubstr("transaction 1"));
    bad = {good[0]};
    EXPECT_THAT(*compare(), HasSubstr("1 receipts"));
}

TEST(Mismatch, OrderOfADiff) {
    EXPECT_FALSE(first_disorder(diff_of({1, 2, 3})).has_value());
    EXPECT_THAT(*first_disorder(diff_of({1, 3, 2})), HasSubstr("key 0x02"));
    EXPECT_THAT(*first_disorder(diff_of({1, 1})), HasSubstr("key 0x01"));
}

}  // namespace
}  // namespace commitbench::testing
