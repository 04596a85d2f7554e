// SPDX-License-Identifier: Apache-2.0
#include "harness/run/recording.hpp"

#include "harness/run/observed_block.hpp"
#include "tests/executors/random_block.hpp"
#include "tests/run/toy_components.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace commitbench::testing {
namespace {

void fill(BlockResult& result, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (std::uint64_t n = 0; n < 200; ++n) {
        const Bytes old_value = ScriptBlock::value_of(random());
        const auto state = static_cast<OldState>(random() % 3);
        const Bytes new_value(random() % 400, static_cast<std::uint8_t>(n));
        if (random() % 4 == 0) {
            result.diff.add_deletion(test_key(n), state, old_value);
        } else {
            result.diff.add(test_key(n), state, old_value, new_value);
        }
        result.receipts.push_back({static_cast<TxStatus>(random() % 2), random()});
    }
    result.diff.sort();
    result.reads = random();
    result.state_reads = random();
    result.writes = random();
}

void expect_equal(const BlockResult& a, const BlockResult& b) {
    EXPECT_EQ(a.receipts, b.receipts);
    EXPECT_EQ(a.reads, b.reads);
    EXPECT_EQ(a.state_reads, b.state_reads);
    EXPECT_EQ(a.writes, b.writes);
    ASSERT_EQ(a.diff.size(), b.diff.size());
    for (std::size_t i = 0; i < a.diff.size(); ++i) {
        const Change& x = a.diff.changes()[i];
        const Change& y = b.diff.changes()[i];
        EXPECT_EQ(x.key, y.key);
        EXPECT_EQ(x.deleted, y.deleted);
        ASSERT_EQ(x.old_state, y.old_state);
        EXPECT_TRUE(equal(x.new_value, y.new_value));
        if (x.old_state == OldState::present) {
            EXPECT_TRUE(equal(x.old_value, y.old_value));
        }
    }
}

TEST(Recording, ResultsComeBackAsTheyWere) {
    const auto file = make_unnamed_file();
    ASSERT_TRUE(file.ok());
    for (std::uint64_t number = 1; number <= 3; ++number) {
        BlockResult result;
        fill(result, number);
        ASSERT_TRUE(write_result(file->get(), number, result).ok());
    }
    std::rewind(file->get());
    BlockResult read;
    for (std::uint64_t number = 1; number <= 3; ++number) {
        BlockResult expected;
        fill(expected, number);
        ASSERT_TRUE(read_result(file->get(), number, read).ok());
        expect_equal(expected, read);
        EXPECT_EQ(expected.diff.digest(), read.diff.digest());
    }
    EXPECT_FALSE(read_result(file->get(), 4, read).ok()) << "there is no fourth";
}

AccessSets random_sets(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    AccessSetsBuilder builder;
    for (std::uint64_t n = random() % 50; n > 0; --n) {
        for (std::uint64_t touches = random() % 6; touches > 0; --touches) {
            builder.touch(test_key(random() % 30), random() % 2 == 0);
        }
        builder.end_transaction();
    }
    return builder.finish();
}

TEST(Recording, AccessSetsComeBackAsTheyWere) {
    const auto file = make_unnamed_file();
    ASSERT_TRUE(file.ok());
    for (std::uint64_t number = 1; number <= 20; ++number) {
        ASSERT_TRUE(write_access_sets(file->get(), number, random_sets(number)).ok());
    }
    std::rewind(file->get());
    for (std::uint64_t number = 1; number <= 20; ++number) {
        const auto read = read_access_sets(file->get(), number);
        ASSERT_TRUE(read.ok());
        EXPECT_EQ(*read, random_sets(number));
    }
    EXPECT_EQ(read_access_sets(file->get(), 21).error().code, ErrorCode::corrupt);
    std::rewind(file->get());
    EXPECT_EQ(read_access_sets(file->get(), 2).error().code, ErrorCode::corrupt);
}

TEST(Recording, AnObservedBlockNotesWhatItsTransactionsTouch) {
    const ScriptBlock block(3, {{{OpKind::read, 1}, {OpKind::write_sum, 2}},
                                {},
                                {{OpKind::erase, 1}, {OpKind::add, 5, 9}, {OpKind::read, 2}}});
    AccessSetsBuilder builder;
    const ObservedBlock observed(block, builder);
    StateMap state;
    MapSource source(state);
    const auto executor = executor_choice("sequential");
    auto sequential = std::move(*executor.component->create(executor.options, {}));
    ASSERT_TRUE(sequential->prepare(source).ok());
    ASSERT_TRUE(sequential->execute(observed).ok());

    AccessSetsBuilder expected;
    expected.touch(test_key(1), false);
    expected.touch(test_key(2), true);
    expected.end_transaction();
    expected.end_transaction();
    expected.touch(test_key(1), true);
    expected.touch(test_key(5), true);
    expected.touch(test_key(2), false);
    expected.end_transaction();
    EXPECT_EQ(builder.finish(), expected.finish());
}

TEST(Recording, AnotherBlockOrACutFileIsAnError) {
    const auto file = make_unnamed_file();
    ASSERT_TRUE(file.ok());
    BlockResult result;
    fill(result, 1);
    ASSERT_TRUE(write_result(file->get(), 1, result).ok());
    BlockResult read;
    std::rewind(file->get());
    EXPECT_EQ(read_result(file->get(), 2, read).error().code, ErrorCode::corrupt);
    const long size = std::ftell(file->get());
    ASSERT_EQ(ftruncate(fileno(file->get()), size > 100 ? 100 : size / 2), 0);
    std::rewind(file->get());
    std::fflush(file->get());
    EXPECT_FALSE(read_result(file->get(), 1, read).ok());
}

}  // namespace
}  // namespace commitbench::testing
