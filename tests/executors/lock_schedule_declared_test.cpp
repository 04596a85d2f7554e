// SPDX-License-Identifier: Apache-2.0
// `lock-schedule` with declared sets that transactions break out of.
#include "executors/declared/declared_access.hpp"
#include "executors/declared/undeclared.hpp"
#include "harness/runtime/worker_pool.hpp"
#include "tests/executors/lock_schedule_run.hpp"

namespace commitbench::testing {
namespace {

/// Runs every transaction under its declared set, by another implementation than lock-schedule's.
class HeldBlock final : public Block {
  public:
    HeldBlock(const DeclaredScript& block) : block_(block) {}
    [[nodiscard]] std::uint64_t number() const override { return block_.number(); }
    [[nodiscard]] std::uint32_t size() const override { return block_.size(); }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        DeclaredAccess held(*block_.access_sets(), state);
        return held.execute(block_, index);
    }

  private:
    const DeclaredScript& block_;
};

/// Some accesses are missing, some writes are declared as reads.
AccessSets spoiled(const AccessSets& exact, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::uint32_t> begins{0};
    std::vector<Access> accesses;
    for (std::size_t index = 0; index < exact.size(); ++index) {
        for (Access access : exact.of(index)) {
            const std::uint64_t dice = random() % 12;
            if (dice == 0) {
                continue;
            }
            access.write = dice == 1 ? 0U : access.write;
            accesses.push_back(access);
        }
        begins.push_back(static_cast<std::uint32_t>(accesses.size()));
    }
    return {{exact.keys().begin(), exact.keys().end()}, std::move(begins), std::move(accesses)};
}

TEST(LockScheduleUndeclared, AbortsTheSameTransactionsAtEveryWorkerCount) {
    std::uint64_t aborts = 0;
    for (const char* spec : {"lock-schedule", "lock-schedule:algorithm=queues,resolve=ids",
                             "lock-schedule:batch=8", "lock-schedule:prefetch=declared"}) {
        for (const std::uint32_t workers : kWorkers) {
            WorkerPool pool(workers);
            const auto executor = make_executor(spec, {.workers = &pool});
            const auto sequential = make_executor("sequential", {});
            for (std::uint64_t seed = 1; seed <= 10; ++seed) {
                SCOPED_TRACE(::testing::Message()
                             << spec << ", " << workers << " workers, seed " << seed);
                const StateMap state = made_up_state(seed, 12);
                const auto transactions = random_transactions(seed, 50, 16);
                const DeclaredScript exact(1, transactions, state);
                const DeclaredScript block(1, transactions, spoiled(*exact.access_sets(), seed));
                MapSource source(state);
                const BlockResult* const expected = run(*sequential, source, HeldBlock(block));
                const BlockResult* const result = run(*executor, source, block);
                ASSERT_TRUE(expected != nullptr && result != nullptr);
                ASSERT_EQ(compare(*expected, *result, false), "");
                aborts += static_cast<std::uint64_t>(
                    std::ranges::count(result->receipts, kUndeclaredReceipt));
            }
            EXPECT_EQ(counters_of(*executor)["executions"], 500U);
        }
    }
    EXPECT_GT(aborts, 1000U) << "the test must meet what it is about";
}

TEST(LockScheduleUndeclared, WritesOfATransactionThatBreaksOutAreUndone) {
    const StateMap state{{test_key(0), {1}}, {test_key(1), {2}}};
    AccessSetsBuilder sets;
    for (int transaction = 0; transaction < 3; ++transaction) {
        sets.touch(test_key(0), true);
        sets.touch(test_key(1), true);
        sets.end_transaction();
    }
    // The second writes twice, erases, and then touches what it did not declare.
    const DeclaredScript block(1,
                               {{{OpKind::write_fixed, 0, 10}},
                                {{OpKind::write_fixed, 0, 20},
                                 {OpKind::write_fixed, 0, 21},
                                 {OpKind::erase, 1, 0},
                                 {OpKind::write_fixed, 2, 22},
                                 {OpKind::write_fixed, 0, 23},
                                 {OpKind::read, 0, 0}},
                                {{OpKind::read, 0, 0}, {OpKind::read, 1, 0}}},
                               sets.finish());
    const auto executor = make_executor("lock-schedule", {});
    MapSource source(state);
    const BlockResult* const result = run(*executor, source, block);
    ASSERT_NE(result, nullptr);
    EXPECT_EQ(result->receipts[1], kUndeclaredReceipt);
    ASSERT_EQ(result->diff.size(), 1U) << "key 1 was erased by nobody who counts";
    EXPECT_TRUE(equal(result->diff.changes()[0].new_value, ScriptBlock::value_of(10)));
    EXPECT_EQ(counters_of(*executor)["aborts"], 1U);
}

TEST(LockScheduleStale, AbortsWhatTheStateBeforeTheBlockDidNotShow) {
    // The second transaction goes on, to a key that it could not foresee, because of the first.
    StateMap state;
    std::uint64_t salt = 0;
    const auto digest_of = [](ByteView value) {
        std::uint64_t digest = ScriptBlock::mix(1, 1);
        for (const std::uint8_t byte : value) {
            digest = ScriptBlock::mix(digest, byte);
        }
        return digest;
    };
    while (digest_of(ScriptBlock::value_of(salt)) % 2 == 1) {
        ++salt;
    }
    std::uint64_t odd = 0;
    while (digest_of(ScriptBlock::value_of(odd)) % 2 == 0) {
        ++odd;
    }
    state[test_key(0)] = ScriptBlock::value_of(odd);
    const std::vector<std::vector<Op>> transactions{
        {{OpKind::write_fixed, 0, salt}},
        {{OpKind::read, 0, 0}, {OpKind::fail_if_odd, 0, 0}, {OpKind::write_fixed, 1, 5}}};
    const ScriptBlock block(1, transactions);
    MapSource source(state);
    for (const char* spec : {"lock-schedule:declared=stale", "sequential:declared=stale"}) {
        const auto executor = make_executor(spec, {});
        EXPECT_FALSE(executor->needs_access_sets());
        const BlockResult* const result = run(*executor, source, block);
        ASSERT_NE(result, nullptr);
        EXPECT_EQ(result->receipts[0].status, TxStatus::ok);
        EXPECT_EQ(result->receipts[1], kUndeclaredReceipt) << spec;
        EXPECT_EQ(result->diff.size(), 1U) << spec;
    }
}

}  // namespace
}  // namespace commitbench::testing
