// SPDX-License-Identifier: Apache-2.0
#include "workloads/swap/swap.hpp"

#include "tests/workloads/made_workload.hpp"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::swap {
namespace {

__extension__ using Wide = unsigned __int128;
using commitbench::testing::block_of;
using commitbench::testing::Facts;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::make_workload;
using commitbench::testing::State;
using commitbench::testing::value_at;

const std::vector<Swap>& swaps_of(const Block& block) {
    return dynamic_cast<const SwapBlock&>(block).swaps();
}

const SwapWorkload& as_swap(const Workload& workload) {
    return dynamic_cast<const SwapWorkload&>(workload);
}

TEST(ConstantProduct, GivesWhatUniswapGives) {
    // Worked out by hand: in * 9970 * out / (reserve_in * 10000 + in * 9970), rounded down.
    EXPECT_EQ(amount_out(1'000, 1'000'000, 1'000'000, 30), 996U);
    EXPECT_EQ(amount_out(100'000, 1'000'000, 2'000'000, 30), 181'322U);
    EXPECT_EQ(amount_out(1'000'000, 1'000'000, 1'000'000, 0), 500'000U);
    EXPECT_EQ(amount_out(1, 1'000'000, 1'000'000, 30), 0U);
    EXPECT_EQ(amount_out(0, 5, 5, 30), 0U);
    EXPECT_EQ(amount_out(5, 0, 5, 30), 0U);
    EXPECT_EQ(amount_out(5, 5, 0, 30), 0U);
    EXPECT_EQ(amount_out(kCoinLimit, 5, 5, 30), 0U);
    EXPECT_EQ(amount_out(5, kCoinLimit, 5, 30), 0U);
    EXPECT_EQ(amount_out(5, 5, kCoinLimit, 30), 0U);
}

TEST(ConstantProduct, TheProductNeverFallsAndThePoolIsNeverEmptied) {
    RandomStream random(11, Domain::transfer, 0, 0);
    std::uint64_t gave = 0;
    for (int i = 0; i < 200'000; ++i) {
        const auto any = [&random] {
            return 1 + (random.next() & (kCoinLimit - 2)) / (std::uint64_t{1} << random.below(57));
        };
        const std::uint64_t in = any();
        const std::uint64_t reserve_in = any();
        const std::uint64_t reserve_out = any();
        const std::uint64_t fee = random.below(3) == 0 ? 0 : random.below(10'000);
        const std::uint64_t out = amount_out(in, reserve_in, reserve_out, fee);
        ASSERT_LT(out, reserve_out);
        ASSERT_GE(Wide{reserve_in + in} * (reserve_out - out), Wide{reserve_in} * reserve_out)
            << in << ' ' << reserve_in << ' ' << reserve_out << ' ' << fee;
        if (fee == 0) {
            // The most that the product allows: one more coin would let it fall.
            ASSERT_LT(Wide{reserve_in + in} * (reserve_out - out - 1),
                      Wide{reserve_in} * reserve_out);
        }
        gave += out != 0 ? 1 : 0;
    }
    EXPECT_GT(gave, 50'000U);
}

struct Setting {
    std::string spec;
    std::uint64_t users;
    std::uint64_t pools;
    std::uint64_t fee;
};

Setting random_setting(std::uint64_t seed) {
    RandomStream random(seed, Domain::transfer, 3, 0);
    Setting made;
    made.users = 1 + random.below(30);
    made.pools = 1 + random.below(8);
    made.fee = random.below(4) == 0 ? 0 : random.below(500);
    made.spec = fmt::format(
        "swap:users={},pools={},block-size={},keys={},theta=1.2,route-max={},balance={},reserve={},"
        "pool-fee={},amount-min={},amount-max={},slippage-max={},impossible-share={}",
        made.users, made.pools, 1 + random.below(300), random.below(2) == 0 ? "uniform" : "zipf",
        1 + random.below(std::max<std::uint64_t>(made.pools, 2) - 1), random.below(100'000),
        1 + random.below(1'000'000), made.fee, random.below(50), 50 + random.below(5000),
        random.below(10'001), random.unit() * 0.2);
    return made;
}

/// Coins of `token` that users and pools have together.
std::uint64_t total(const State& state,
                    const SwapWorkload& workload,
                    const Setting& setting,
                    std::uint64_t token) {
    std::uint64_t sum = 0;
    for (std::uint64_t user = 0; user < setting.users; ++user) {
        sum += value_at<AmountSlot>(state, workload.balance_key(user, token)).amount;
    }
    for (std::uint64_t pool = 0; pool < setting.pools; ++pool) {
        const auto value = value_at<Pool>(state, workload.pool_key(pool));
        sum += pool == token ? value.reserve_near : 0;
        sum += (pool + 1) % workload.tokens() == token ? value.reserve_far : 0;
    }
    return sum;
}

TEST(Swap, AnyBlockKeepsTheTokensAndNoProductFalls) {
    std::uint64_t good = 0;
    std::uint64_t failed = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Setting setting = random_setting(seed);
        SCOPED_TRACE(::testing::Message() << "seed " << seed << ", " << setting.spec);
        const auto workload = make_workload(setting.spec, seed);
        const auto& swap = as_swap(*workload);
        State state = first_state(*workload);
        std::vector<std::uint64_t> totals;
        for (std::uint64_t token = 0; token < swap.tokens(); ++token) {
            totals.push_back(total(state, swap, setting, token));
        }
        for (std::uint64_t number = 1; number <= 5; ++number) {
            const auto block = block_of(*workload, number);
            for (std::uint32_t i = 0; i < block->size(); ++i) {
                const Swap& tx = swaps_of(*block)[i];
                std::vector<StateKey> route;
                for (std::uint64_t at = tx.first_pool; route.size() < tx.pools;
                     at = next_pool(at, tx.upwards, setting.pools)) {
                    route.push_back(swap.pool_key(at));
                }
                const State before = state;
                Interpreter access(state);
                const Receipt receipt = block->execute(i, access);
                if (receipt.status == TxStatus::failed) {
                    ++failed;
                    ASSERT_EQ(state, before);
                    continue;
                }
                ++good;
                const std::uint64_t in = value_at<AmountSlot>(before, tx.from).amount -
                                         value_at<AmountSlot>(state, tx.from).amount;
                const std::uint64_t out = value_at<AmountSlot>(state, tx.to).amount -
                                          value_at<AmountSlot>(before, tx.to).amount;
                ASSERT_EQ(in, tx.amount);
                ASSERT_GE(out, tx.limit);
                ASSERT_EQ(access.writes, tx.pools + 2U);
                std::uint64_t amount = in;
                for (const StateKey& key : route) {
                    const auto old = value_at<Pool>(before, key);
                    const auto now = value_at<Pool>(state, key);
                    ASSERT_EQ(now.swaps, old.swaps + 1);
                    ASSERT_GE(Wide{now.reserve_near} * now.reserve_far,
                              Wide{old.reserve_near} * old.reserve_far);
                    // Each pool takes what the one before it gave.
                    ASSERT_EQ(tx.upwards ? now.reserve_near - old.reserve_near
                                         : now.reserve_far - old.reserve_far,
                              amount);
                    amount = tx.upwards ? old.reserve_far - now.reserve_far
                                        : old.reserve_near - now.reserve_near;
                }
                ASSERT_EQ(out, amount);
            }
            for (std::uint64_t token = 0; token < swap.tokens(); ++token) {
                ASSERT_EQ(total(state, swap, setting, token), totals[token]);
            }
        }
    }
    EXPECT_GT(good, 5000U);
    EXPECT_GT(failed, 5000U);
}

/// Shares of `count` blocks that went well.
std::vector<double> good_shares(const Workload& workload, State& state, std::uint64_t count) {
    std::vector<double> shares;
    for (std::uint64_t number = 1; number <= count; ++number) {
        const auto receipts = testing::run(*block_of(workload, number), state);
        const auto good = std::ranges::count_if(
            receipts, [](const Receipt& receipt) { return receipt.status == TxStatus::ok; });
        shares.push_back(static_cast<double>(good) / static_cast<double>(receipts.size()));
    }
    return shares;
}

TEST(Swap, LimitsFailWherePricesMovedAndPricesComeBack) {
    const auto tight = make_workload(
        "swap:users=200,pools=2,route-max=1,block-size=1k,slippage-max=0,impossible-share=0,"
        "reserve=10M");
    const auto loose = make_workload(
        "swap:users=200,pools=2,route-max=1,block-size=1k,slippage-max=10k,impossible-share=0,"
        "reserve=10M");
    State tight_state = first_state(*tight);
    State loose_state = first_state(*loose);
    const auto strict = good_shares(*tight, tight_state, 20);
    const auto lax = good_shares(*loose, loose_state, 20);
    for (std::size_t i = 0; i < strict.size(); ++i) {
        EXPECT_LT(strict[i], lax[i]);
        EXPECT_GT(strict[i], 0.2) << "it goes on";
    }
    // Without a tolerance prices stay within a few swaps of the first ones.
    const State first = first_state(*tight);
    for (std::uint64_t pool = 0; pool < 2; ++pool) {
        const StateKey key = as_swap(*tight).pool_key(pool);
        const auto old = value_at<Pool>(first, key);
        const auto now = value_at<Pool>(tight_state, key);
        EXPECT_NEAR(static_cast<double>(now.reserve_near) / static_cast<double>(old.reserve_near),
                    1, 0.2);
    }
}

TEST(Swap, ImpossibleShareIsTheShareThatMustFail) {
    for (const double share : {0.0, 0.2, 1.0}) {
        const auto workload =
            make_workload(fmt::format("swap:block-size=5k,impossible-share={}", share));
        const auto block = block_of(*workload, 1);
        State state = first_state(*workload);
        const auto receipts = testing::run(*block, state);
        double impossible = 0;
        for (std::uint32_t i = 0; i < block->size(); ++i) {
            if (swaps_of(*block)[i].limit == UINT64_MAX) {
                ASSERT_EQ(receipts[i].status, TxStatus::failed);
                ++impossible;
            }
        }
        EXPECT_NEAR(impossible, 5000 * share, 5 * 70.8 * std::sqrt(share * (1 - share)));
        EXPECT_NEAR(std::stod(Facts(*workload).values.at("impossible_share_realised")), share,
                    0.01);
    }
}

TEST(Swap, RoutesAreRunsOfNeighboursOfEveryLength) {
    const auto workload = make_workload("swap:users=50,pools=5,route-max=4,block-size=4k");
    const auto& swap = as_swap(*workload);
    std::map<StateKey, std::uint64_t> token_of;
    for (std::uint64_t user = 0; user < 50; ++user) {
        for (std::uint64_t token = 0; token < swap.tokens(); ++token) {
            token_of[swap.balance_key(user, token)] = token;
        }
    }
    std::map<std::pair<std::uint64_t, bool>, int> seen;
    const auto block = block_of(*workload, 1);
    for (const Swap& tx : swaps_of(*block)) {
        ASSERT_NE(tx.from, tx.to);
        const std::uint64_t from = token_of.at(tx.from);
        const std::uint64_t to = token_of.at(tx.to);
        ASSERT_EQ(from, (tx.first_pool + (tx.upwards ? 0U : 1U)) % 5);
        ASSERT_EQ(to, (from + (tx.upwards ? tx.pools : 5U - tx.pools)) % 5);
        ++seen[{tx.pools, tx.upwards}];
    }
    ASSERT_EQ(seen.size(), 8U);
    for (const auto& [route, count] : seen) {
        EXPECT_NEAR(count, 500, 5 * 21);  // standard deviation 20.9
    }
}

TEST(Swap, OnePoolHasTwoTokens) {
    const auto workload = make_workload("swap:users=9,pools=1,route-max=1,block-size=50");
    EXPECT_EQ(as_swap(*workload).tokens(), 2U);
    EXPECT_EQ(workload->state_size(), 1U + 2 * 9);
    EXPECT_EQ(first_state(*workload).size(), 19U);
}

TEST(Swap, RefusesOptionsThatDoNotGoTogether) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"swap:amount-min=10,amount-max=9", "amount-min=10 is above amount-max=9"},
        {"swap:pools=3,route-max=3", "give route-max=2 or less, or more pools"},
        {"swap:pools=1,route-max=2", "give route-max=1 or less, or more pools"},
        {"swap:users=1M,balance=1000G", "give balance=72057594037 or less"},
        {"swap:pool-fee=10000", "0..9999"},
        {"swap:reserve=0", "1..1000000G"},
        {"swap:slippage-max=10001", "0..10000"},
    };
    for (const auto& [spec, reason] : cases) {
        EXPECT_THAT(testing::refusal_of(spec), ::testing::HasSubstr(reason)) << spec;
    }
}

}  // namespace
}  // namespace commitbench::swap
