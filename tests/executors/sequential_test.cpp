// SPDX-License-Identifier: Apache-2.0
// `sequential` against an interpreter that keeps the whole state in a std::map and has no overlay
// at all.
#include "harness/core/registry.hpp"
#include "tests/executors/random_block.hpp"

#include <gtest/gtest.h>
#include <set>

namespace commitbench::testing {
namespace {

std::unique_ptr<Executor> make_sequential() {
    auto choice = choose("executor", executor_registry(), "sequential");
    EXPECT_TRUE(choice.ok());
    return std::move(*choice->component->create(choice->options, {}));
}

/// Applies every write at once to the one state there is.
class DirectAccess final : public StateAccess {
  public:
    explicit DirectAccess(StateMap& state) : state_(state) {}
    StateRead read(const StateKey& key) override {
        ++reads;
        if (!written.contains(key)) {
            read_before_written.insert(key);
        }
        const auto found = state_.find(key);
        return found == state_.end() ? StateRead{ReadState::absent, {}}
                                     : StateRead{ReadState::present, found->second};
    }
    void write(const StateKey& key, ByteView value) override {
        ++writes;
        written.insert(key);
        state_[key] = Bytes(value.begin(), value.end());
    }
    void erase(const StateKey& key) override {
        ++writes;
        written.insert(key);
        state_.erase(key);
    }

    std::set<StateKey> written;
    std::set<StateKey> read_before_written;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;

  private:
    StateMap& state_;
};

TEST(Sequential, RandomBlocksMatchTheDirectInterpreter) {
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        SCOPED_TRACE(::testing::Message() << "seed " << seed);
        StateMap before;
        for (std::uint64_t n = 0; n < 12; ++n) {
            before[test_key(n)] = ScriptBlock::value_of(seed * 100 + n);
        }
        const auto executor = make_sequential();
        for (std::uint64_t number = 1; number <= 4; ++number) {
            // Few keys: writes over writes, deletes of what is absent, reads of both.
            const ScriptBlock block(number,
                                    random_transactions(seed * 31 + number, 1 + seed % 40, 20));
            MapSource source(before);
            ASSERT_TRUE(executor->prepare(source).ok());
            const auto executed = executor->execute(block);
            ASSERT_TRUE(executed.ok()) << executed.error().message;
            const BlockResult& result = **executed;

            StateMap after = before;
            DirectAccess direct(after);
            for (std::uint32_t i = 0; i < block.size(); ++i) {
                ASSERT_EQ(block.execute(i, direct), result.receipts[i]) << "transaction " << i;
            }
            EXPECT_EQ(result.reads, direct.reads);
            EXPECT_EQ(result.writes, direct.writes);
            EXPECT_EQ(result.state_reads, direct.read_before_written.size());
            EXPECT_EQ(result.state_reads, source.reads.load());

            ASSERT_EQ(result.diff.size(), direct.written.size());
            auto expected = direct.written.begin();  // ascending, as the diff must be
            for (const Change& change : result.diff.changes()) {
                ASSERT_EQ(change.key, *expected++);
                const auto now = after.find(change.key);
                ASSERT_EQ(change.deleted, now == after.end());
                if (!change.deleted) {
                    EXPECT_TRUE(equal(change.new_value, now->second));
                }
                const auto old = before.find(change.key);
                if (!direct.read_before_written.contains(change.key)) {
                    EXPECT_EQ(change.old_state, OldState::unknown);
                } else if (old == before.end()) {
                    EXPECT_EQ(change.old_state, OldState::absent);
                } else {
                    ASSERT_EQ(change.old_state, OldState::present);
                    EXPECT_TRUE(equal(change.old_value, old->second));
                }
            }
            before = std::move(after);
        }
    }
}

TEST(Sequential, EmptyBlockGivesAnEmptyDiff) {
    const StateMap state;
    MapSource source(state);
    const auto executor = make_sequential();
    ASSERT_TRUE(executor->prepare(source).ok());
    const auto executed = executor->execute(ScriptBlock(1, {}));
    ASSERT_TRUE(executed.ok());
    EXPECT_EQ((*executed)->diff.size(), 0U);
    EXPECT_TRUE((*executed)->receipts.empty());
}

TEST(Sequential, AFailedReadEndsTheBlockWithTheReadersError) {
    StateMap state;
    state[test_key(1)] = {1};
    MapSource source(state, 2);
    const auto executor = make_sequential();
    ASSERT_TRUE(executor->prepare(source).ok());
    const auto executed = executor->execute(
        ScriptBlock(1, {{{OpKind::read, 1, 0}}, {{OpKind::read, 2, 0}}, {{OpKind::read, 3, 0}}}));
    ASSERT_FALSE(executed.ok());
    EXPECT_EQ(executed.error().message, "the disk is gone");
    EXPECT_EQ(source.reads, 2U) << "nothing may be read after the failure";
}

class StoppingBlock final : public ScriptBlock {
  public:
    StoppingBlock() : ScriptBlock(3, {{}}) {}
    [[nodiscard]] Receipt execute(std::uint32_t, StateAccess&) const override { return {}; }
};

TEST(Sequential, AReceiptThatStoppedWithoutCauseIsAnError) {
    const StateMap state;
    MapSource source(state);
    const auto executor = make_sequential();
    ASSERT_TRUE(executor->prepare(source).ok());
    const auto executed = executor->execute(StoppingBlock());
    ASSERT_FALSE(executed.ok());
    EXPECT_NE(executed.error().message.find("transaction 0 of block 3"), std::string::npos);
}

/// Hands what it read of a key straight back as a shorter value of the same key, and as another
/// key's value.
class AliasingBlock final : public ScriptBlock {
  public:
    AliasingBlock() : ScriptBlock(1, {{}}) {}
    [[nodiscard]] Receipt execute(std::uint32_t, StateAccess& state) const override {
        state.write(test_key(1), as_bytes("abcdef"));
        state.write(test_key(1), state.read(test_key(1)).value.subspan(2));
        state.write(test_key(2), state.read(test_key(1)).value);
        state.write(test_key(1), as_bytes("longer than before"));
        return {TxStatus::ok, 0};
    }
};

TEST(Sequential, ValuesMayBeWrittenFromWhatWasRead) {
    const StateMap state;
    MapSource source(state);
    const auto executor = make_sequential();
    ASSERT_TRUE(executor->prepare(source).ok());
    const auto executed = executor->execute(AliasingBlock());
    ASSERT_TRUE(executed.ok());
    ASSERT_EQ((*executed)->diff.size(), 2U);
    for (const Change& change : (*executed)->diff.changes()) {
        EXPECT_EQ(as_text(change.new_value),
                  change.key == test_key(1) ? "longer than before" : "cdef");
    }
}

TEST(Sequential, MustBePreparedFirst) {
    EXPECT_FALSE(make_sequential()->execute(ScriptBlock(1, {})).ok());
}

}  // namespace
}  // namespace commitbench::testing
