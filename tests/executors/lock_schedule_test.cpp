// SPDX-License-Identifier: Apache-2.0
// `lock-schedule` against `sequential`, on threads: every option, many workers, edge cases.
#include "harness/runtime/worker_pool.hpp"
#include "tests/executors/lock_schedule_run.hpp"

namespace commitbench::testing {
namespace {

constexpr std::array<std::string_view, 27> kSpecs{
    "lock-schedule",
    "lock-schedule:resolve=ids",
    "lock-schedule:times=on",
    "lock-schedule:prefetch=declared",
    "lock-schedule:prefetch=declared,resolve=ids,scheduler=dedicated",
    "lock-schedule:declared=over,factor=1",
    "lock-schedule:declared=over,factor=3.5",
    "lock-schedule:declared=over,factor=64",
    "lock-schedule:declared=promote,share=0",
    "lock-schedule:declared=promote,share=0.4",
    "lock-schedule:declared=promote,share=1",
    "lock-schedule:granularity=account",
    "lock-schedule:granularity=stripes,stripes=1",
    "lock-schedule:granularity=stripes,stripes=4",
    "lock-schedule:granularity=stripes,stripes=4,resolve=ids",
    "lock-schedule:algorithm=queues",
    "lock-schedule:algorithm=queues,scheduler=dedicated",
    "lock-schedule:scheduler=dedicated",
    "lock-schedule:scheduler=dedicated,order=critical-path",
    "lock-schedule:order=critical-path",
    "lock-schedule:order=contention",
    "lock-schedule:order=contention,declared=over,factor=3,prefetch=declared",
    "lock-schedule:batch=1",
    "lock-schedule:batch=3",
    "lock-schedule:batch=1M,granularity=stripes,stripes=16",
    "lock-schedule:declared=stale",
    "lock-schedule:declared=stale,resolve=ids,order=critical-path",
};

void expect_equal_to_reference(std::string_view spec, std::uint32_t workers, std::uint64_t seeds) {
    WorkerPool pool(workers);
    const auto executor = make_executor(spec, {.workers = &pool, .seed = 5});
    const bool stale = spec.find("stale") != std::string_view::npos;
    const auto reference = make_executor(stale ? "sequential:declared=stale" : "sequential", {});
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        SCOPED_TRACE(::testing::Message() << spec << ", " << workers << " workers, seed " << seed);
        StateMap state = made_up_state(seed, 12);
        for (std::uint64_t number = 1; number <= 2; ++number) {
            const DeclaredScript block(
                number, random_transactions(seed * 31 + number, 1 + seed * 7 % 60, 4 + seed % 60),
                state);
            MapSource source(state);
            const BlockResult* const expected = run(*reference, source, block);
            const BlockResult* const result = run(*executor, source, block);
            ASSERT_TRUE(expected != nullptr && result != nullptr);
            ASSERT_EQ(compare(*expected, *result, !stale), "");
            ASSERT_EQ(expected->diff.digest(), result->diff.digest());
            apply(expected->diff, state);
        }
    }
}

class EveryOption : public ::testing::TestWithParam<std::string_view> {};

TEST_P(EveryOption, ComesToWhatSequentialComesTo) {
    for (const std::uint32_t workers : kWorkers) {
        expect_equal_to_reference(GetParam(), workers, workers > 3 ? 6 : 25);
    }
}

INSTANTIATE_TEST_SUITE_P(LockSchedule, EveryOption, ::testing::ValuesIn(kSpecs));

TEST(LockSchedule, AFailedReadEndsTheBlockWithTheReadersError) {
    for (const char* spec :
         {"lock-schedule", "lock-schedule:scheduler=dedicated", "lock-schedule:batch=4",
          "lock-schedule:prefetch=declared", "lock-schedule:order=contention"}) {
        for (const std::uint32_t workers : kWorkers) {
            WorkerPool pool(workers);
            const auto executor = make_executor(spec, {.workers = &pool});
            const StateMap state = made_up_state(1, 20);
            const DeclaredScript block(1, random_transactions(3, 60, 20), state);
            for (const std::uint64_t fail_at : {1U, 2U, 5U}) {
                MapSource source(state, fail_at);
                ASSERT_TRUE(executor->prepare(source).ok());
                ASSERT_TRUE(executor->receive(block).ok());
                const auto result = executor->execute(block);
                ASSERT_FALSE(result.ok()) << spec;
                EXPECT_EQ(result.error().message, "the disk is gone");
            }
            // And goes on with the next block as if nothing had been.
            MapSource source(state);
            EXPECT_NE(run(*executor, source, block), nullptr);
        }
    }
}

TEST(LockSchedule, AFailedReadOfAPreExecutionIsTheReadersError) {
    const StateMap state = made_up_state(1, 20);
    const ScriptBlock block(1, {{{OpKind::read, 1, 0}}});
    MapSource source(state, 1);
    const auto executor = make_executor("lock-schedule:declared=stale", {});
    ASSERT_TRUE(executor->prepare(source).ok());
    const Status received = executor->receive(block);
    ASSERT_FALSE(received.ok());
    EXPECT_EQ(received.error().message, "the disk is gone");
}

TEST(LockSchedule, BlocksOfNoneAndOneTransaction) {
    const StateMap state = made_up_state(1, 4);
    MapSource source(state);
    for (const std::string_view spec : kSpecs) {
        for (const std::uint32_t workers : {1U, 3U}) {
            WorkerPool pool(workers);
            const auto executor = make_executor(spec, {.workers = &pool});
            const BlockResult* const none = run(*executor, source, DeclaredScript(1, {}, state));
            ASSERT_NE(none, nullptr);
            EXPECT_TRUE(none->receipts.empty());
            EXPECT_EQ(none->diff.size(), 0U);
            const BlockResult* const one =
                run(*executor, source, DeclaredScript(2, {{{OpKind::add, 0, 1}}}, state));
            ASSERT_NE(one, nullptr);
            EXPECT_EQ(one->diff.size(), 1U);
            // Transactions that touch nothing.
            const BlockResult* const idle =
                run(*executor, source, DeclaredScript(3, {{}, {}, {}}, state));
            ASSERT_NE(idle, nullptr);
            EXPECT_EQ(idle->receipts.size(), 3U);
        }
    }
}

/// One key, whose value grows and shrinks between 0 bytes and 64 KiB and is copied to another.
class SizesBlock final : public Block {
  public:
    SizesBlock() {
        AccessSetsBuilder sets;
        for (std::uint32_t index = 0; index < size(); ++index) {
            sets.touch(test_key(0), true);
            sets.touch(test_key(1 + index % 3), true);
            sets.end_transaction();
        }
        sets_ = sets.finish();
    }
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override { return 40; }
    [[nodiscard]] const AccessSets* access_sets() const override { return &sets_; }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        const StateRead read = state.read(test_key(0));
        if (read.state == ReadState::stop) {
            return {};
        }
        const std::size_t old_size = read.value.size();
        // Straight from what was read, to another key and to its own.
        state.write(test_key(1 + index % 3), read.value);
        state.write(test_key(0), state.read(test_key(0)).value.subspan(old_size / 2));
        static constexpr std::array<std::size_t, 4> kSizes{0, 65536, 7, 65536};
        state.write(test_key(0), Bytes(kSizes[index % 4], static_cast<std::uint8_t>(index)));
        return {TxStatus::ok, old_size};
    }

  private:
    AccessSets sets_;
};

TEST(LockSchedule, ValuesOfNoneAnd64KiB) {
    const StateMap state = made_up_state(2, 1);
    MapSource source(state);
    const auto sequential = make_executor("sequential", {});
    const SizesBlock block;
    const BlockResult* const expected = run(*sequential, source, block);
    for (const std::uint32_t workers : kWorkers) {
        WorkerPool pool(workers);
        const auto executor = make_executor("lock-schedule", {.workers = &pool});
        for (int round = 0; round < 3; ++round) {
            const BlockResult* const result = run(*executor, source, block);
            ASSERT_TRUE(expected != nullptr && result != nullptr);
            ASSERT_EQ(compare(*expected, *result, true), "");
        }
    }
}

TEST(LockSchedule, NoUpdateOfACounterIsLost) {
    constexpr std::uint32_t kAdds = 80;
    std::vector<std::vector<Op>> transactions(kAdds);
    for (std::uint32_t i = 0; i < kAdds; ++i) {
        transactions[i] = {{OpKind::add, 0, 1}};
    }
    const StateMap state;
    MapSource source(state);
    const DeclaredScript block(1, transactions, state);
    WorkerPool pool(8);
    for (const char* spec : {"lock-schedule", "lock-schedule:scheduler=dedicated"}) {
        const auto executor = make_executor(spec, {.workers = &pool});
        ASSERT_TRUE(executor->prepare(source).ok());
        ASSERT_TRUE(executor->receive(block).ok());
        for (int round = 0; round < 2000; ++round) {
            const auto result = executor->execute(block);
            ASSERT_TRUE(result.ok());
            ASSERT_EQ((*result)->diff.size(), 1U);
            ASSERT_TRUE(equal((*result)->diff.changes()[0].new_value, counter_value(kAdds)))
                << "round " << round;
        }
    }
}

/// Every access finds the version that block order says, noted by who wrote last.
class VersionBlock final : public Block {
  public:
    VersionBlock(std::uint64_t seed, std::uint32_t size, std::uint64_t keys) {
        std::mt19937_64 random(seed);
        std::map<std::uint64_t, std::uint64_t> version;
        AccessSetsBuilder sets;
        for (std::uint32_t index = 0; index < size; ++index) {
            std::vector<Touch>& row = rows_.emplace_back();
            for (std::uint64_t i = random() % 5; i-- > 0;) {
                const std::uint64_t key = random() % keys;
                const bool write = random() % 3 == 0;
                row.push_back({key, write, version[key]});
                version[key] = write ? index + 1 : version[key];
                sets.touch(test_key(key), write);
            }
            sets.end_transaction();
        }
        sets_ = sets.finish();
    }
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(rows_.size());
    }
    [[nodiscard]] const AccessSets* access_sets() const override { return &sets_; }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        bool right = true;
        for (const Touch& touch : rows_[index]) {
            right = right && counter_of(state.read(test_key(touch.key))) == touch.version;
            if (touch.write) {
                state.write(test_key(touch.key), counter_value(index + 1));
            }
        }
        return {right ? TxStatus::ok : TxStatus::failed, 0};
    }

  private:
    struct Touch {
        std::uint64_t key;
        bool write;
        std::uint64_t version;  // before the access
    };
    std::vector<std::vector<Touch>> rows_;
    AccessSets sets_;
};

TEST(LockSchedule, EveryAccessFindsTheVersionThatBlockOrderSays) {
    const StateMap state;
    MapSource source(state);
    for (const std::string_view spec : kSpecs) {
        if (spec.find("stale") != std::string_view::npos) {
            continue;  // its sets come from the block alone
        }
        WorkerPool pool(3);
        const auto executor = make_executor(spec, {.workers = &pool});
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            const VersionBlock block(seed, 120, 1 + seed * seed);
            const BlockResult* const result = run(*executor, source, block);
            ASSERT_NE(result, nullptr);
            for (const Receipt& receipt : result->receipts) {
                ASSERT_EQ(receipt.status, TxStatus::ok) << spec << ", seed " << seed;
            }
        }
    }
}

TEST(LockSchedule, SaysWhatItNeedsAndWhatDoesNotGoTogether) {
    const StateMap state;
    MapSource source(state);
    const auto executor = make_executor("lock-schedule", {});
    EXPECT_TRUE(executor->needs_access_sets());
    const ScriptBlock bare(7, {{}});
    EXPECT_FALSE(executor->receive(bare).ok()) << "before prepare()";
    ASSERT_TRUE(executor->prepare(source).ok());
    EXPECT_FALSE(executor->execute(bare).ok()) << "before receive()";
    const Status received = executor->receive(bare);
    ASSERT_FALSE(received.ok());
    EXPECT_EQ(received.error().message, "lock-schedule: block 7 has no access sets");
    for (const char* spec :
         {"lock-schedule:stripes=1000", "lock-schedule:algorithm=queues,order=contention",
          "lock-schedule:batch=4,scheduler=dedicated", "lock-schedule:batch=4,prefetch=declared"}) {
        const auto choice = choose("executor", executor_registry(), spec);
        ASSERT_TRUE(choice.ok());
        const auto made = choice->component->create(choice->options, {});
        ASSERT_FALSE(made.ok()) << spec;
        EXPECT_EQ(made.error().code, ErrorCode::bad_input);
    }
}

TEST(LockSchedule, NamesTheReferenceThatItMustAgreeWith) {
    const auto reference = [](std::string_view spec) {
        return std::string(reference_of(*choose("executor", executor_registry(), spec)));
    };
    EXPECT_EQ(reference("lock-schedule"), "sequential");
    EXPECT_EQ(reference("lock-schedule:declared=over"), "sequential");
    EXPECT_EQ(reference("lock-schedule:declared=stale"), "sequential:declared=stale");
    EXPECT_EQ(reference("sequential:declared=stale"), "sequential:declared=stale");
    EXPECT_EQ(reference("sequential"), "sequential");
    EXPECT_EQ(reference("replay"), "sequential");
}

}  // namespace
}  // namespace commitbench::testing
