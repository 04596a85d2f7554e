// SPDX-License-Identifier: Apache-2.0
#include "workloads/token/token.hpp"

#include "tests/workloads/made_workload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::token {
namespace {

using commitbench::testing::block_of;
using commitbench::testing::Facts;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::make_workload;
using commitbench::testing::State;
using commitbench::testing::value_at;

const std::vector<Call>& calls_of(const Block& block) {
    return dynamic_cast<const TokenBlock&>(block).calls();
}

const TokenWorkload& as_token(const Workload& workload) {
    return dynamic_cast<const TokenWorkload&>(workload);
}

/// Amounts by key, and the rules of token.hpp once more on them.
class Ledger {
  public:
    explicit Ledger(const State& first) {
        for (const auto& [key, value] : first) {
            amounts_[key] = value_at<AmountSlot>(first, key).amount;
        }
    }

    bool run(const Call& call) {
        switch (call.kind) {
            case Kind::approve:
                set(call.allowance, call.amount);
                return true;
            case Kind::transfer:
                return move(call);
            case Kind::transfer_from: {
                const std::uint64_t allowed =
                    amounts_.contains(call.allowance) ? amounts_[call.allowance] : 0;
                if (allowed < call.amount || !move(call)) {
                    return false;
                }
                if (allowed != UINT64_MAX) {
                    set(call.allowance, allowed - call.amount);
                }
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] const std::map<StateKey, std::uint64_t>& amounts() const { return amounts_; }

  private:
    void set(const StateKey& allowance, std::uint64_t amount) {
        if (amount == 0) {
            amounts_.erase(allowance);
        } else {
            amounts_[allowance] = amount;
        }
    }
    bool move(const Call& call) {
        if (amounts_.at(call.from) < call.amount) {
            return false;
        }
        amounts_.at(call.from) -= call.amount;
        amounts_.at(call.to) += call.amount;
        return true;
    }

    std::map<StateKey, std::uint64_t> amounts_;
};

std::map<StateKey, std::uint64_t> amounts_of(const State& state) {
    std::map<StateKey, std::uint64_t> amounts;
    for (const auto& [key, value] : state) {
        amounts[key] = value_at<AmountSlot>(state, key).amount;
    }
    return amounts;
}

std::string random_spec(std::uint64_t seed, std::uint64_t& accounts, std::uint64_t& tokens) {
    RandomStream random(seed, Domain::transfer, 1, 0);
    accounts = 2 + random.below(60);
    tokens = 1 + random.below(3);
    const double approve = random.unit() * 0.5;
    return fmt::format(
        "token:accounts={},tokens={},spenders={},block-size={},keys={},theta=1.1,approve-share={},"
        "transfer-from-share={},balance={},allowance={},amount-min={},amount-max={},approve-max={},"
        "unlimited-share={},revoke-share={},overdraft-share={}",
        accounts, tokens, 1 + random.below(3), 1 + random.below(300),
        random.below(2) == 0 ? "uniform" : "zipf", approve, (1 - approve) * random.unit(),
        random.below(5000), random.below(3) * 700, random.below(30), 30 + random.below(1000),
        1 + random.below(3000), random.unit() * 0.5, random.unit() * 0.5, random.unit() * 0.2);
}

TEST(Token, AnyBlockKeepsTheSuppliesAndTheRules) {
    std::array<std::array<std::uint64_t, 2>, 3> outcomes{};  // by kind, by whether it went well
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        std::uint64_t accounts = 0;
        std::uint64_t tokens = 0;
        const std::string spec = random_spec(seed, accounts, tokens);
        SCOPED_TRACE(::testing::Message() << "seed " << seed << ", " << spec);
        const auto workload = make_workload(spec, seed);
        State state = first_state(*workload);
        Ledger model(state);
        const auto supply = [&](std::uint64_t token) {
            std::uint64_t sum = 0;
            for (std::uint64_t account = 0; account < accounts; ++account) {
                sum += value_at<AmountSlot>(state, as_token(*workload).balance_key(token, account))
                           .amount;
            }
            return sum;
        };
        const std::uint64_t first_supply = supply(0);
        for (std::uint64_t number = 1; number <= 6; ++number) {
            const auto block = block_of(*workload, number);
            for (std::uint32_t i = 0; i < block->size(); ++i) {
                const Call& call = calls_of(*block)[i];
                Interpreter access(state);
                const Receipt receipt = block->execute(i, access);
                const bool good = model.run(call);
                ASSERT_EQ(receipt.status, good ? TxStatus::ok : TxStatus::failed) << i;
                ASSERT_LE(access.reads, call.kind == Kind::approve    ? 1U
                                        : call.kind == Kind::transfer ? 2U
                                                                      : 3U);
                ASSERT_EQ(good || access.writes + access.erasures == 0, true);
                ++outcomes[static_cast<std::size_t>(call.kind)][good ? 1 : 0];
            }
            ASSERT_EQ(amounts_of(state), model.amounts());
            for (std::uint64_t token = 0; token < tokens; ++token) {
                ASSERT_EQ(supply(token), first_supply);
            }
        }
    }
    for (const Kind kind : {Kind::transfer, Kind::transfer_from}) {
        EXPECT_GT(outcomes[static_cast<std::size_t>(kind)][0], 1000U);
        EXPECT_GT(outcomes[static_cast<std::size_t>(kind)][1], 1000U);
    }
    EXPECT_EQ(outcomes[static_cast<std::size_t>(Kind::approve)][0], 0U);
}

TEST(Token, ASlotCountsItsChangesAndKeepsItsFiller) {
    const auto workload =
        make_workload("token:accounts=10,block-size=200,approve-share=0,transfer-from-share=0");
    State state = first_state(*workload);
    const State before = state;
    std::uint64_t moved = 0;
    for (const Receipt& receipt : testing::run(*block_of(*workload, 1), state)) {
        moved += receipt.status == TxStatus::ok ? 1 : 0;
    }
    std::uint64_t changes = 0;
    for (const auto& [key, value] : state) {
        ASSERT_EQ(value.size(), 32U);
        const auto slot = value_at<AmountSlot>(state, key);
        changes += slot.changes;
        EXPECT_EQ(slot.filler, value_at<AmountSlot>(before, key).filler);
        const bool is_balance = slot.changes != 0;
        EXPECT_EQ(is_balance, value != before.at(key)) << "allowances are not touched";
    }
    EXPECT_EQ(changes, 2 * moved);
}

TEST(Token, AnAllowanceWithoutLimitIsOnlyRead) {
    const auto workload = make_workload(
        "token:accounts=2,spenders=1,block-size=400,approve-share=0.5,transfer-from-share=0.5,"
        "unlimited-share=1,revoke-share=0,allowance=0,overdraft-share=0");
    State state = first_state(*workload);
    testing::run(*block_of(*workload, 1), state);
    const auto& token = as_token(*workload);
    for (std::uint64_t owner = 0; owner < 2; ++owner) {
        ASSERT_EQ(value_at<AmountSlot>(state, token.allowance_key(0, owner, 0)).amount, kUnlimited);
    }
    const auto block = block_of(*workload, 2);
    for (std::uint32_t i = 0; i < block->size(); ++i) {
        Interpreter access(state);
        ASSERT_EQ(block->execute(i, access).status, TxStatus::ok);
        const bool moves = calls_of(*block)[i].kind == Kind::transfer_from;
        ASSERT_EQ(access.reads, moves ? 3U : 1U);
        ASSERT_EQ(access.writes, moves ? 2U : 1U);
    }
}

TEST(Token, RevokedAndUsedUpAllowancesAreAbsent) {
    const auto revoking = make_workload(
        "token:accounts=5,spenders=1,block-size=300,approve-share=1,transfer-from-share=0,"
        "revoke-share=1,unlimited-share=0");
    State state = first_state(*revoking);
    ASSERT_EQ(state.size(), 10U);
    testing::run(*block_of(*revoking, 1), state);
    EXPECT_EQ(state.size(), 5U);

    const auto spending = make_workload(
        "token:accounts=5,spenders=1,block-size=300,approve-share=0,transfer-from-share=1,"
        "allowance=20,amount-min=5,amount-max=5,overdraft-share=0");
    state = first_state(*spending);
    std::uint64_t good = 0;
    for (const Receipt& receipt : testing::run(*block_of(*spending, 1), state)) {
        good += receipt.status == TxStatus::ok ? 1 : 0;
    }
    EXPECT_EQ(good, 5U * 4) << "each owner's spender may move 20 coins, 5 at a time";
    EXPECT_EQ(state.size(), 5U);
}

TEST(Token, SharesAreRealised) {
    const auto workload = make_workload(
        "token:accounts=1000,tokens=4,spenders=3,block-size=20k,approve-share=0.25,"
        "transfer-from-share=0.35,unlimited-share=0.4,revoke-share=0.2,overdraft-share=0.1");
    const auto block = block_of(*workload, 1);
    std::array<double, 3> kinds{};
    double unlimited = 0;
    double revoked = 0;
    double overdrafts = 0;
    for (const Call& call : calls_of(*block)) {
        ++kinds[static_cast<std::size_t>(call.kind)];
        if (call.kind == Kind::approve) {
            unlimited += call.amount == kUnlimited ? 1 : 0;
            revoked += call.amount == 0 ? 1 : 0;
        } else {
            ASSERT_NE(call.from, call.to);
            overdrafts += call.amount > 1'000'000'000 ? 1 : 0;
        }
    }
    // Within 5 standard deviations, of at most sqrt(20000 / 4) = 71.
    EXPECT_NEAR(kinds[static_cast<std::size_t>(Kind::approve)], 5000, 5 * 61.3);
    EXPECT_NEAR(kinds[static_cast<std::size_t>(Kind::transfer_from)], 7000, 5 * 67.5);
    EXPECT_NEAR(kinds[static_cast<std::size_t>(Kind::transfer)], 8000, 5 * 69.3);
    EXPECT_NEAR(unlimited, 2000, 5 * 42.5);
    EXPECT_NEAR(revoked, 1000, 5 * 31);
    EXPECT_NEAR(overdrafts, 1500, 5 * 37.3);
    const Facts facts(*workload);
    EXPECT_NEAR(std::stod(facts.values.at("overdraft_share_realised")), 0.1, 0.005);
    EXPECT_THAT(facts.values.at("mix_realised"), ::testing::HasSubstr("approve 0.2"));
}

TEST(Token, TheFirstStateHasEveryBalanceAndTheAllowancesAskedFor) {
    const auto with = make_workload("token:accounts=7,tokens=3,spenders=2,balance=11,allowance=5");
    const auto without =
        make_workload("token:accounts=7,tokens=3,spenders=2,balance=11,allowance=0");
    EXPECT_EQ(with->state_size(), 7U * 3 * 3);
    EXPECT_EQ(without->state_size(), 7U * 3);
    const State state = first_state(*with);
    const auto& token = as_token(*with);
    for (std::uint64_t kind = 0; kind < 3; ++kind) {
        for (std::uint64_t account = 0; account < 7; ++account) {
            EXPECT_EQ(value_at<AmountSlot>(state, token.balance_key(kind, account)).amount, 11U);
            for (std::uint64_t spender = 0; spender < 2; ++spender) {
                EXPECT_EQ(
                    value_at<AmountSlot>(state, token.allowance_key(kind, account, spender)).amount,
                    5U);
            }
        }
    }
}

TEST(Token, RefusesOptionsThatDoNotGoTogether) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"token:amount-min=10,amount-max=9", "amount-min=10 is above amount-max=9"},
        {"token:accounts=1G,balance=10G", "give balance=9223372036 or less"},
        {"token:approve-share=0.7,transfer-from-share=0.4", "are more than 1 together"},
        {"token:unlimited-share=0.7,revoke-share=0.4", "are more than 1 together"},
        {"token:accounts=1", "2..10G"},
        {"token:spenders=0", "1..1000"},
        {"token:approve-max=0", "1..1000000G"},
    };
    for (const auto& [spec, reason] : cases) {
        EXPECT_THAT(testing::refusal_of(spec), ::testing::HasSubstr(reason)) << spec;
    }
}

}  // namespace
}  // namespace commitbench::token
