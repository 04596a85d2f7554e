// SPDX-License-Identifier: Apache-2.0
#include "harness/core/work_limit.hpp"

#include "tests/executors/random_block.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <optional>

namespace commitbench {
namespace {

using testing::random_transactions;
using testing::ScriptBlock;
using testing::StateMap;
using testing::test_key;

/// The state itself; may say stop at some read.
class DirectAccess final : public StateAccess {
  public:
    explicit DirectAccess(StateMap& state) : state_(state) {}
    [[nodiscard]] StateRead read(const StateKey& key) override {
        if (stop_at && reads++ == *stop_at) {
            return {ReadState::stop, {}};
        }
        const auto found = state_.find(key);
        if (found == state_.end()) {
            return {ReadState::absent, {}};
        }
        value_ = found->second;  // valid until the next read only
        return {ReadState::present, value_};
    }
    void write(const StateKey& key, ByteView value) override {
        state_[key] = Bytes(value.begin(), value.end());
    }
    void erase(const StateKey& key) override { state_.erase(key); }

    std::optional<std::uint64_t> stop_at;
    std::uint64_t reads = 0;

  private:
    StateMap& state_;
    Bytes value_;
};

/// A block of one transaction.
class OneBlock final : public Block {
  public:
    using Body = std::function<Receipt(StateAccess&)>;
    explicit OneBlock(Body body) : body_(std::move(body)) {}
    [[nodiscard]] std::uint64_t number() const override { return 1; }
    [[nodiscard]] std::uint32_t size() const override { return 1; }
    [[nodiscard]] Receipt execute(std::uint32_t /*index*/, StateAccess& state) const override {
        return body_(state);
    }

  private:
    Body body_;
};

Receipt run_limited(std::uint64_t limit, StateMap& state, OneBlock::Body body) {
    DirectAccess access(state);
    return LimitedBlock(std::make_unique<OneBlock>(std::move(body)), limit).execute(0, access);
}

TEST(WorkLimit, WhoeverStaysBelowDoesWhatItDoesWithoutOne) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const auto transactions = random_transactions(seed, 20, 5);
        const ScriptBlock plain(1, transactions);
        const LimitedBlock limited(std::make_unique<ScriptBlock>(1, transactions), 1000);
        ASSERT_EQ(limited.size(), plain.size());
        StateMap plain_state;
        StateMap limited_state;
        for (std::uint32_t i = 0; i < plain.size(); ++i) {
            DirectAccess plain_access(plain_state);
            DirectAccess limited_access(limited_state);
            ASSERT_EQ(limited.execute(i, limited_access), plain.execute(i, plain_access));
            ASSERT_EQ(limited_state, plain_state) << "seed " << seed << ", transaction " << i;
        }
    }
}

TEST(WorkLimit, CountsAccessesAndWhatIsSpent) {
    const auto body = [](StateAccess& state) -> Receipt {
        state.write(test_key(0), Bytes(10, 1));
        state.erase(test_key(1));
        if (state.read(test_key(0)).state == ReadState::stop ||
            state.add(test_key(2), 7) == ReadState::stop || !state.spend(6)) {
            return {};
        }
        return {TxStatus::ok, 5};
    };
    StateMap state{{test_key(1), Bytes(3, 3)}};
    const StateMap before = state;
    for (std::uint64_t limit = 1; limit < 10; ++limit) {
        EXPECT_EQ(run_limited(limit, state, body), kOutOfWorkReceipt) << limit;
        EXPECT_EQ(state, before) << limit;
    }
    EXPECT_EQ(run_limited(10, state, body), (Receipt{TxStatus::ok, 5}));
    EXPECT_EQ(state.size(), 2U);
}

TEST(WorkLimit, EndsLoopsThatReadAddOrSpend) {
    StateMap state;
    std::uint64_t turns = 0;
    EXPECT_EQ(run_limited(1000, state,
                          [&](StateAccess& access) {
                              while (access.read(test_key(0)).state != ReadState::stop) {
                                  access.write(test_key(0), Bytes(2000, 1));
                                  ++turns;
                              }
                              return Receipt{};
                          }),
              kOutOfWorkReceipt);
    EXPECT_EQ(turns, 500U);
    EXPECT_EQ(run_limited(1000, state,
                          [](StateAccess& access) {
                              while (access.add(test_key(0), 1) != ReadState::stop) {
                              }
                              return Receipt{};
                          }),
              kOutOfWorkReceipt);
    EXPECT_EQ(run_limited(1000, state,
                          [](StateAccess& access) {
                              while (access.spend(UINT64_MAX / 2)) {
                              }
                              return Receipt{};
                          }),
              kOutOfWorkReceipt);
    // And whatever it says it came to.
    EXPECT_EQ(run_limited(1, state,
                          [](StateAccess& access) {
                              access.write(test_key(0), Bytes(1, 1));
                              access.write(test_key(1), Bytes(1, 1));
                              return Receipt{TxStatus::ok, 1};
                          }),
              kOutOfWorkReceipt);
    EXPECT_TRUE(state.empty());
}

TEST(WorkLimit, AStopFromBeneathIsNoLimit) {
    StateMap state;
    DirectAccess access(state);
    access.stop_at = 1;
    const LimitedBlock block(std::make_unique<OneBlock>([](StateAccess& inner) -> Receipt {
                                 inner.write(test_key(0), Bytes(1, 1));
                                 while (inner.read(test_key(1)).state != ReadState::stop) {
                                 }
                                 return {};
                             }),
                             100);
    EXPECT_EQ(block.execute(0, access).status, TxStatus::stopped);
    EXPECT_TRUE(state.empty());

    DirectAccess adding(state);
    adding.stop_at = 0;
    const LimitedBlock adds(std::make_unique<OneBlock>([](StateAccess& inner) -> Receipt {
                                return inner.add(test_key(0), 1) == ReadState::stop
                                           ? Receipt{}
                                           : Receipt{TxStatus::ok, 1};
                            }),
                            100);
    EXPECT_EQ(adds.execute(0, adding).status, TxStatus::stopped) << "it is asked at the end";
}

TEST(WorkLimit, WhatWasReadMayBeWrittenElsewhere) {
    StateMap state;
    const auto copies = [](StateAccess& access) -> Receipt {
        access.write(test_key(0), Bytes(100, 9));
        for (std::uint64_t n = 1; n < 200; ++n) {
            access.write(test_key(n), access.read(test_key(n - 1)).value);
        }
        return {TxStatus::ok, 0};
    };
    EXPECT_EQ(run_limited(1000, state, copies).status, TxStatus::ok);
    ASSERT_EQ(state.size(), 200U);
    EXPECT_EQ(state.at(test_key(199)), Bytes(100, 9));
}

}  // namespace
}  // namespace commitbench
