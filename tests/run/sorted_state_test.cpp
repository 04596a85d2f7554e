// SPDX-License-Identifier: Apache-2.0
// SortedWorkloadState against std::sort of all keys, with memory for all of them and for hardly
// any.
#include "harness/run/sorted_state.hpp"

#include "tests/run/list_workload.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

/// Orders keys by their last byte, then by themselves: a path that is not the key.
class PathBackend final : public Backend {
  public:
    [[nodiscard]] std::string commitment_scheme() const override { return "none"; }
    [[nodiscard]] StateKey path_of(const StateKey& key) const override {
        StateKey path = key;
        std::rotate(path.bytes.begin(), path.bytes.end() - 1, path.bytes.end());
        return path;
    }
    [[nodiscard]] bool empty() const override { return true; }
    [[nodiscard]] Position persisted() const override { return {}; }
    Status load(SortedState&) override { return {}; }
    Status stage(const StateDiff&) override { return {}; }
    Result<Root> merkleize() override { return Root{}; }
    Status persist(std::uint64_t) override { return {}; }
    Status reopen() override { return {}; }
    Result<std::unique_ptr<StateReader>> open_reader() override {
        return Error{ErrorCode::unsupported, "no readers"};
    }
    void counters(CounterVisitor&) const override {}
    void facts(FactVisitor&) const override {}
};

void expect_sorted(const std::vector<StateKey>& keys,
                   std::uint64_t memory_bytes,
                   std::uint64_t least_passes) {
    const ListWorkload workload(keys);
    const PathBackend backend;
    std::vector<std::uint64_t> order(keys.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::ranges::sort(order, {}, [&](std::uint64_t i) { return backend.path_of(keys[i]); });

    SortedWorkloadState state(workload, backend, {.memory_bytes = memory_bytes});
    StateKey key;
    ByteView value;
    for (const std::uint64_t index : order) {
        const auto more = state.next(key, value);
        ASSERT_TRUE(more.ok()) << more.error().message;
        ASSERT_TRUE(*more);
        ASSERT_EQ(key, keys[index]);
        ASSERT_TRUE(equal(value, ScriptBlock::value_of(index)));
    }
    const auto more = state.next(key, value);
    ASSERT_TRUE(more.ok()) << more.error().message;
    EXPECT_FALSE(*more);
    EXPECT_FALSE(*state.next(key, value)) << "the end stays the end";
    EXPECT_GE(state.passes(), least_passes);
}

TEST(SortedState, OnePassWhereAllFits) {
    expect_sorted(uniform_keys(5000), std::uint64_t{5000} * 16, 1);
}

TEST(SortedState, ManyPassesWhereHardlyAnythingFits) {
    expect_sorted(uniform_keys(5000), 1, 5000 / 64);  // the least: 64 pairs
    expect_sorted(uniform_keys(5000), std::uint64_t{1000} * 16, 5);
    expect_sorted(uniform_keys(5000), std::uint64_t{4999} * 16, 2);
}

TEST(SortedState, FewKeysAndNone) {
    expect_sorted(uniform_keys(1), 1, 1);
    expect_sorted(uniform_keys(2), 1, 1);
    expect_sorted({}, 1, 1);
}

TEST(SortedState, ManyKeysWithOnePrefix) {
    // Paths that are equal in their first 8 bytes, for 300 keys where 64 pairs fit: ordered by the
    // rest.
    std::vector<StateKey> keys = uniform_keys(1000);
    for (std::size_t i = 0; i < 300; ++i) {
        std::fill(keys[i].bytes.begin(), keys[i].bytes.begin() + 7, std::uint8_t{0x80});
        keys[i].bytes[31] = 0x80;
    }
    expect_sorted(keys, 1, 2);
}

TEST(SortedState, TheLargestPrefix) {
    std::vector<StateKey> keys = uniform_keys(200);
    for (std::size_t i = 0; i < 100; ++i) {
        std::fill(keys[i].bytes.begin(), keys[i].bytes.begin() + 7, std::uint8_t{0xff});
        keys[i].bytes[31] = 0xff;
    }
    expect_sorted(keys, 1, 2);
}

TEST(SortedState, AKeyThatComesTwiceIsAnErrorHoweverFewFit) {
    for (const std::uint64_t memory : {std::uint64_t{1}, std::uint64_t{1} << 20}) {
        std::vector<StateKey> keys = uniform_keys(500);
        keys[417] = keys[23];
        const ListWorkload workload(keys);
        const PathBackend backend;
        SortedWorkloadState state(workload, backend, {.memory_bytes = memory});
        StateKey key;
        ByteView value;
        auto more = state.next(key, value);
        for (int i = 0; i < 500 && more.ok() && *more; ++i) {
            more = state.next(key, value);
        }
        ASSERT_FALSE(more.ok());
        EXPECT_EQ(more.error().code, ErrorCode::bad_input);
        EXPECT_NE(more.error().message.find("entries 23 and 417"), std::string::npos)
            << more.error().message;
    }
}

TEST(SortedState, AnInterruptEndsIt) {
    const std::atomic<bool> interrupt{true};
    const ListWorkload workload(uniform_keys(100));
    const PathBackend backend;
    SortedWorkloadState state(workload, backend, {.memory_bytes = 1, .interrupt = &interrupt});
    StateKey key;
    ByteView value;
    const auto more = state.next(key, value);
    ASSERT_FALSE(more.ok());
    EXPECT_EQ(more.error().code, ErrorCode::interrupted);
}

}  // namespace
}  // namespace commitbench::testing
