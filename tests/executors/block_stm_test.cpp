// SPDX-License-Identifier: Apache-2.0
// `block-stm` on threads against `sequential`: random and adversarial blocks, every option's every
// value, any number of workers.
#include "harness/core/registry.hpp"
#include "harness/run/observed_block.hpp"
#include "harness/runtime/worker_pool.hpp"
#include "tests/executors/adversarial_blocks.hpp"
#include "tests/executors/same_result.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

std::unique_ptr<Executor> make(std::string_view spec, WorkerPool* workers) {
    auto choice = choose("executor", executor_registry(), spec);
    EXPECT_TRUE(choice.ok()) << (choice.ok() ? "" : choice.error().message);
    return std::move(*choice->component->create(choice->options, {.workers = workers}));
}

/// Keeps the counters of an executor.
class Counters final : public CounterVisitor {
  public:
    explicit Counters(const Executor& executor) { executor.counters(*this); }
    void counter(std::string_view name, std::uint64_t value) override {
        values_[std::string(name)] = value;
    }
    [[nodiscard]] std::uint64_t operator[](const std::string& name) const {
        return values_.at(name);
    }

  private:
    std::map<std::string, std::uint64_t> values_;
};

/// A block with the access sets that running it in order gives.
class DeclaredBlock final : public ScriptBlock {
  public:
    DeclaredBlock(std::uint64_t number,
                  std::vector<std::vector<Op>> transactions,
                  const StateMap& before)
        : ScriptBlock(number, std::move(transactions)) {
        const auto sequential = make("sequential", nullptr);
        MapSource source(before);
        EXPECT_TRUE(sequential->prepare(source).ok());
        AccessSetsBuilder builder;
        EXPECT_TRUE(sequential->execute(ObservedBlock(*this, builder)).ok());
        sets_ = builder.finish();
    }
    [[nodiscard]] const AccessSets* access_sets() const override { return &sets_; }

  private:
    AccessSets sets_;
};

StateMap first_state(std::uint64_t seed, std::uint64_t keys) {
    StateMap state;
    for (std::uint64_t n = 0; n < keys; ++n) {
        state[test_key(n)] = n % 4 == 0 ? Bytes(8, static_cast<std::uint8_t>(n))
                                        : ScriptBlock::value_of(seed * 100 + n);
    }
    return state;
}

void apply(const BlockResult& result, StateMap& state) {
    for (const Change& change : result.diff.changes()) {
        if (change.deleted) {
            state.erase(change.key);
        } else {
            state[change.key] = Bytes(change.new_value.begin(), change.new_value.end());
        }
    }
}

/// Both executors on the same block of the same state. Carries the state on.
void expect_same(Executor& sequential, Executor& executor, const Block& block, StateMap& state) {
    MapSource source(state);
    ASSERT_TRUE(sequential.prepare(source).ok());
    ASSERT_TRUE(executor.prepare(source).ok());
    const auto expected = sequential.execute(block);
    ASSERT_TRUE(expected.ok()) << expected.error().message;
    ASSERT_TRUE(executor.receive(block).ok());
    const auto executed = executor.execute(block);
    ASSERT_TRUE(executed.ok()) << executed.error().message;
    ASSERT_EQ(difference(**expected, **executed), "");
    apply(**expected, state);
}

const char* const kSpecs[] = {
    "block-stm",
    "block-stm:check=full",
    "block-stm:counters=times",
    "block-stm:memory=heap",
    "block-stm:validation=version",
    "block-stm:announce=off",
    "block-stm:deltas=off",
    "block-stm:hand-off=off",
    "block-stm:adaptive=off",
    "block-stm:hints=none",
    "block-stm:hints=exact",
    "block-stm:hand-off=off,adaptive=off,hints=exact,check=full",
    "block-stm:commit=end",
    "block-stm:commit=end,check=full",
    "block-stm:commit=end,status=locked",
    "block-stm:commit=end,first-wave=off",
    "block-stm:commit=end,deltas=off",
    "block-stm:variant=paper",
    "block-stm:variant=paper,check=full",
    "block-stm:variant=paper,status=word",
    "block-stm:variant=paper,first-wave=on",
    "block-stm:variant=paper,commit=rolling",
    "block-stm:variant=paper,validation=value",
    "block-stm:variant=paper,announce=on",
    "block-stm:variant=paper,deltas=on",
    "block-stm:variant=paper,memory=arena",
    "block-stm:variant=paper,hints=none",
    "block-stm:variant=paper,hints=exact",
    "block-stm:variant=paper,counters=times",
};

class EverySpec : public ::testing::TestWithParam<const char*> {};

TEST_P(EverySpec, RandomBlocksMatchSequential) {
    for (const std::uint32_t workers : {1U, 2U, 3U, 8U, 16U}) {
        WorkerPool pool(workers);
        const auto sequential = make("sequential", nullptr);
        const auto executor = make(GetParam(), &pool);
        for (std::uint64_t seed = 1; seed <= 12; ++seed) {
            SCOPED_TRACE(::testing::Message() << workers << " workers, seed " << seed);
            StateMap state = first_state(seed, 12);
            for (std::uint64_t number = 1; number <= 3; ++number) {
                const std::uint64_t keys = seed % 3 == 0 ? 4 : seed % 3 == 1 ? 20 : 200;
                const DeclaredBlock block(
                    number, random_transactions(seed * 31 + number, 1 + seed * 10, keys), state);
                expect_same(*sequential, *executor, block, state);
                ASSERT_FALSE(HasFatalFailure());
            }
        }
    }
}

TEST_P(EverySpec, AdversarialBlocksMatchSequential) {
    for (const std::uint32_t workers : {1U, 2U, 3U, 8U}) {
        WorkerPool pool(workers);
        const auto sequential = make("sequential", nullptr);
        const auto executor = make(GetParam(), &pool);
        for (const std::uint32_t size : {1U, 2U, 5U, 200U}) {
            for (const NamedBlock& named : adversarial_blocks(size)) {
                SCOPED_TRACE(::testing::Message()
                             << workers << " workers, " << size << " x " << named.name);
                StateMap state = first_state(size, 4);
                const DeclaredBlock block(1, named.transactions, state);
                expect_same(*sequential, *executor, block, state);
                ASSERT_FALSE(HasFatalFailure());
            }
        }
    }
}

TEST_P(EverySpec, EmptyBlocksAndHugeValues) {
    for (const std::uint32_t workers : {1U, 2U}) {
        WorkerPool pool(workers);
        const auto sequential = make("sequential", nullptr);
        const auto executor = make(GetParam(), &pool);
        StateMap state = first_state(1, 2);
        expect_same(*sequential, *executor, DeclaredBlock(1, {}, state), state);
        ASSERT_FALSE(HasFatalFailure());
        expect_same(*sequential, *executor, DeclaredBlock(2, {{}}, state), state);
    }
}

INSTANTIATE_TEST_SUITE_P(BlockStm, EverySpec, ::testing::ValuesIn(kSpecs));

/// Transaction i writes 0 bytes, 64 KiB or something between under a key of its own and under a
/// shared one, after reading the shared one.
class SizesBlock final : public Block {
  public:
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override { return 60; }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override {
        const StateRead read = state.read(test_key(0));
        if (read.state == ReadState::stop) {
            return {};
        }
        const std::uint64_t digest = read.value.size() + (read.value.empty() ? 0 : read.value[0]);
        const std::size_t sizes[] = {0, std::size_t{64} << 10, 1, 100};
        const Bytes value(sizes[index % 4], static_cast<std::uint8_t>(digest + index));
        state.write(test_key(1 + index), value);
        state.write(test_key(0), value);
        return {TxStatus::ok, digest};
    }
};

TEST(BlockStm, ValuesOfNoneAndOf64KiB) {
    for (const char* spec : {"block-stm", "block-stm:variant=paper"}) {
        for (const std::uint32_t workers : {1U, 2U, 8U}) {
            WorkerPool pool(workers);
            StateMap state;
            state[test_key(0)] = Bytes(std::size_t{64} << 10, 1);
            const auto executor = make(spec, &pool);
            expect_same(*make("sequential", nullptr), *executor, SizesBlock(), state);
            ASSERT_FALSE(HasFatalFailure()) << spec << ", " << workers;
        }
    }
}

/// Every transaction reads and writes two keys that no other one touches.
std::vector<std::vector<Op>> disjoint_transactions(std::uint32_t size) {
    std::vector<std::vector<Op>> transactions;
    for (std::uint32_t i = 0; i < size; ++i) {
        transactions.push_back({{OpKind::read, 2 * i, 0},
                                {OpKind::write_sum, 2 * i, i},
                                {OpKind::read, 2 * i + 1, 0},
                                {OpKind::write_sum, 2 * i + 1, i}});
    }
    return transactions;
}

TEST(BlockStm, WithoutConflictsEachRunsOnceAndIsValidatedAtMostOnce) {
    constexpr std::uint32_t kSize = 2000;
    const ScriptBlock block(1, disjoint_transactions(kSize));
    for (const std::uint32_t workers : {1U, 2U, 3U, 8U}) {
        WorkerPool pool(workers);
        const auto executor = make("block-stm", &pool);
        StateMap state;
        expect_same(*make("sequential", nullptr), *executor, block, state);
        const Counters counters(*executor);
        EXPECT_EQ(counters["executions"], kSize) << workers;
        EXPECT_LE(counters["validations"], workers == 1 ? 0 : kSize) << workers;
        EXPECT_EQ(counters["aborts"], 0U) << workers;
        EXPECT_EQ(counters["suspensions"], 0U) << workers;
    }
}

std::uint64_t rounds(std::uint64_t usual) {
    const char* text = std::getenv("COMMITBENCH_TEST_ROUNDS");
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

/// 80 transactions each add one to a counter, by reading and writing it.
class IncrementBlock final : public Block {
  public:
    explicit IncrementBlock(bool by_add) : by_add_(by_add) {}
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override { return 80; }
    [[nodiscard]] Receipt execute(std::uint32_t /*index*/, StateAccess& state) const override {
        if (by_add_) {
            return state.add(test_key(0), 1) == ReadState::stop ? Receipt{}
                                                                : Receipt{TxStatus::ok, 0};
        }
        const StateRead read = state.read(test_key(0));
        if (read.state == ReadState::stop) {
            return {};
        }
        const std::uint64_t count = counter_of(read);
        state.write(test_key(0), counter_value(count + 1));
        return {TxStatus::ok, count};
    }

  private:
    bool by_add_;
};

TEST(BlockStm, NoUpdateIsLost) {
    const StateMap state;
    MapSource source(state);
    for (const char* spec : {"block-stm", "block-stm:adaptive=off", "block-stm:variant=paper"}) {
        WorkerPool pool(8);
        const auto executor = make(spec, &pool);
        ASSERT_TRUE(executor->prepare(source).ok());
        for (std::uint64_t round = 0; round < rounds(700); ++round) {
            const auto executed = executor->execute(IncrementBlock(round % 4 == 0));
            ASSERT_TRUE(executed.ok()) << executed.error().message;
            ASSERT_EQ((*executed)->diff.size(), 1U);
            ASSERT_TRUE(equal((*executed)->diff.changes().front().new_value, counter_value(80)))
                << spec << ", round " << round;
        }
    }
}

TEST(BlockStm, AReadersErrorEndsTheBlockOnWhateverThread) {
    const StateMap state = first_state(1, 50);
    const ScriptBlock block(1, disjoint_transactions(200));
    for (const char* spec : {"block-stm", "block-stm:variant=paper", "block-stm:commit=end"}) {
        for (const std::uint32_t workers : {1U, 2U, 8U}) {
            WorkerPool pool(workers);
            const auto executor = make(spec, &pool);
            for (const std::uint64_t fail_at : {1U, 2U, 77U, 400U}) {
                MapSource source(state, fail_at);
                ASSERT_TRUE(executor->prepare(source).ok());
                const auto executed = executor->execute(block);
                ASSERT_FALSE(executed.ok()) << spec << ", " << workers << ", " << fail_at;
                EXPECT_EQ(executed.error().message, "the disk is gone");
            }
            // And the next block is none the worse for it.
            StateMap good = state;
            expect_same(*make("sequential", nullptr), *executor, block, good);
        }
    }
}

/// Breaks the contract: stops although nobody told it to.
class StoppingBlock final : public Block {
  public:
    [[nodiscard]] std::uint64_t number() const override { return 9; }
    [[nodiscard]] std::uint32_t size() const override { return 5; }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& /*state*/) const override {
        return index == 3 ? Receipt{} : Receipt{TxStatus::ok, index};
    }
};

TEST(BlockStm, ATransactionThatStopsForNoReasonIsNamed) {
    const StateMap state;
    MapSource source(state);
    for (const char* spec : {"block-stm", "block-stm:variant=paper"}) {
        for (const std::uint32_t workers : {1U, 2U}) {
            WorkerPool pool(workers);
            const auto executor = make(spec, &pool);
            ASSERT_TRUE(executor->prepare(source).ok());
            const auto executed = executor->execute(StoppingBlock());
            ASSERT_FALSE(executed.ok());
            EXPECT_NE(executed.error().message.find("transaction 3 of block 9"), std::string::npos)
                << executed.error().message;
        }
    }
}

TEST(BlockStm, RefusesToRunUnpreparedOrWithoutTheHintsItWasPromised) {
    EXPECT_FALSE(make("block-stm", nullptr)->execute(ScriptBlock(1, {})).ok());
    const auto executor = make("block-stm:hints=exact", nullptr);
    EXPECT_TRUE(executor->needs_access_sets());
    const StateMap state;
    MapSource source(state);
    ASSERT_TRUE(executor->prepare(source).ok());
    const auto executed = executor->execute(ScriptBlock(4, {{}}));
    ASSERT_FALSE(executed.ok());
    EXPECT_NE(executed.error().message.find("block 4 has no access sets"), std::string::npos);
}

}  // namespace
}  // namespace commitbench::testing
