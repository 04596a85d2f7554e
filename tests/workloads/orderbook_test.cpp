// SPDX-License-Identifier: Apache-2.0
#include "workloads/orderbook/orderbook.hpp"

#include "tests/workloads/made_workload.hpp"
#include "tests/workloads/market_model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::orderbook {
namespace {

using commitbench::testing::block_of;
using commitbench::testing::Facts;
using commitbench::testing::first_state;
using commitbench::testing::Interpreter;
using commitbench::testing::make_workload;
using commitbench::testing::Market;
using commitbench::testing::Purse;
using commitbench::testing::State;
using commitbench::testing::value_at;

const std::vector<Instruction>& instructions_of(const Block& block) {
    return dynamic_cast<const OrderbookBlock&>(block).instructions();
}

struct Setting {
    std::string spec;
    std::uint64_t users;
    std::uint64_t markets;
    std::uint64_t matches;
    std::uint64_t base;
    std::uint64_t quote;
};

Setting random_setting(std::uint64_t seed) {
    RandomStream random(seed, Domain::transfer, 4, 0);
    Setting made;
    made.users = 2 + random.below(40);
    made.markets = 1 + random.below(3);
    made.matches = 1 + random.below(random.below(2) == 0 ? 2 : kMostMatches);
    made.base = random.below(3000);
    made.quote = random.below(60'000);
    const std::uint64_t prices = 4 + random.below(random.below(2) == 0 ? 12 : 253);
    const double take = random.unit() * 0.4;
    made.spec = fmt::format(
        "orderbook:users={},markets={},prices={},block-size={},keys={},theta=1.2,take-share={},"
        "cancel-share={},cancel-window={},matches={},overlap={},base={},quote={},amount-min={},"
        "amount-max={},overdraft-share={},foreign-share={}",
        made.users, made.markets, prices, 1 + random.below(300),
        random.below(2) == 0 ? "uniform" : "zipf", take, (1 - take) * random.unit() * 0.8,
        1 + random.below(400), made.matches, random.below(prices / 2 + 1), made.base, made.quote,
        1 + random.below(5), 5 + random.below(80), random.unit() * 0.1, random.unit() * 0.2);
    return made;
}

/// The queue at a level as the state has it; checks that it is one.
Market::Queue queue_in(const State& state,
                       const BookKeys& keys,
                       std::uint64_t market,
                       Side side,
                       std::uint64_t price) {
    Market::Queue queue;
    const auto level = value_at<Level>(state, keys.level(market, side, price));
    std::uint64_t quantity = 0;
    for (std::uint64_t number = level.head; queue.size() < level.orders;) {
        const auto order = value_at<Order>(state, keys.order(number));
        EXPECT_EQ(order.side, static_cast<std::uint64_t>(side));
        EXPECT_EQ(order.price, price);
        EXPECT_NE(order.quantity, 0U);
        if (!queue.empty()) {
            EXPECT_EQ(order.previous, queue.back().number);
            EXPECT_GT(number, queue.back().number) << "first come, first served";
        }
        queue.push_back({number, order.owner, order.quantity});
        quantity += order.quantity;
        if (queue.size() == level.orders) {
            EXPECT_EQ(number, level.tail);
        }
        number = order.next;
    }
    EXPECT_FALSE(queue.empty());
    EXPECT_EQ(quantity, level.quantity);
    return queue;
}

/// The state against the model, and the invariants of orderbook.hpp in it. Keys that it needs.
std::size_t check_market(const State& state,
                         const BookKeys& keys,
                         std::uint64_t market,
                         const Setting& setting,
                         const Market& model) {
    std::size_t needed = 1 + setting.users;
    const auto book = value_at<Book>(state, keys.book(market));
    const std::uint64_t bid = book.of(Side::bid).best(Side::bid);
    const std::uint64_t ask = book.of(Side::ask).best(Side::ask);
    EXPECT_TRUE(bid == 0 || ask == 0 || bid < ask) << "crossed: " << bid << " and " << ask;
    std::map<std::uint64_t, std::array<std::uint64_t, 2>> locked;  // by user and asset
    for (const Side side : {Side::bid, Side::ask}) {
        const auto& levels = side == Side::bid ? model.bids : model.asks;
        for (std::uint64_t price = 1; price <= kHighestPrice; ++price) {
            const bool has_orders = book.of(side).contains(price);
            EXPECT_EQ(has_orders, levels.contains(price));
            EXPECT_EQ(has_orders, state.contains(keys.level(market, side, price)));
            if (!has_orders || !levels.contains(price)) {
                continue;
            }
            const auto queue = queue_in(state, keys, market, side, price);
            needed += 1 + queue.size();
            EXPECT_TRUE(
                std::ranges::equal(queue, levels.at(price), [](const auto& a, const auto& b) {
                    return a.number == b.number && a.owner == b.owner && a.quantity == b.quantity;
                }));
            for (const auto& order : queue) {
                locked[order.owner][static_cast<std::size_t>(given_by(side))] +=
                    given_for(side, order.quantity, price);
            }
        }
    }
    std::uint64_t base = 0;
    std::uint64_t quote = 0;
    for (std::uint64_t user = 0; user < setting.users; ++user) {
        const auto account = value_at<Account>(state, keys.account(market, user));
        EXPECT_EQ((Purse{account.free[0], account.locked[0]}), model.base[user]);
        EXPECT_EQ((Purse{account.free[1], account.locked[1]}), model.quote[user]);
        EXPECT_EQ(account.locked, locked[user]);
        base += account.free[0] + account.locked[0];
        quote += account.free[1] + account.locked[1];
    }
    EXPECT_EQ(base, setting.users * setting.base);
    EXPECT_EQ(quote, setting.users * setting.quote);
    return needed;
}

TEST(Orderbook, AnyBlockFollowsTheRulesAndIsNeverCrossed) {
    std::array<std::array<std::uint64_t, 2>, 3> outcomes{};  // by kind, by whether it went well
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const Setting setting = random_setting(seed);
        SCOPED_TRACE(::testing::Message() << "seed " << seed << ", " << setting.spec);
        const auto workload = make_workload(setting.spec, seed);
        const BookKeys keys(seed);
        State state = first_state(*workload);
        std::vector<Market> model(setting.markets, {setting.users, setting.base, setting.quote});
        for (std::uint64_t number = 1; number <= 6; ++number) {
            const auto block = block_of(*workload, number);
            for (std::uint32_t i = 0; i < block->size(); ++i) {
                const Instruction& tx = instructions_of(*block)[i];
                Market& market = model[tx.market];
                const bool good =
                    tx.kind == Kind::cancel ? market.cancel(tx) : market.place(tx, setting.matches);
                Interpreter access(state);
                const Receipt receipt = block->execute(i, access);
                ASSERT_EQ(receipt.status, good ? TxStatus::ok : TxStatus::failed) << i;
                ASSERT_EQ(good, access.writes + access.erasures != 0);
                ASSERT_LE(access.reads, 5 + 3 * setting.matches);
                ++outcomes[static_cast<std::size_t>(tx.kind)][good ? 1 : 0];
            }
            std::size_t needed = 0;
            for (std::uint64_t market = 0; market < setting.markets; ++market) {
                needed += check_market(state, keys, market, setting, model[market]);
            }
            ASSERT_EQ(state.size(), needed) << "nothing is left behind";
            ASSERT_FALSE(HasFailure());
        }
    }
    for (const auto& [bad, good] : outcomes) {
        EXPECT_GT(bad, 1000U);
        EXPECT_GT(good, 1000U);
    }
}

/// A market of hand-written instructions.
class Bench {
  public:
    explicit Bench(std::uint64_t matches = 16) : matches_(matches) {
        put_words(state[keys.book(0)], Book{});
        for (std::uint64_t user = 0; user < 4; ++user) {
            put_words(state[keys.account(0, user)],
                      Account{.free = {100, 1000}, .locked = {}, .digest = 0});
        }
    }

    bool run(Instruction tx) {
        tx.order = tx.kind == Kind::cancel ? tx.order : order_number(1, ++placed);
        Interpreter access(state);
        const OrderbookBlock block(1, {tx}, 1, matches_, 0);
        const Receipt receipt = block.execute(0, access);
        keys_read = access.read_keys;
        return receipt.status == TxStatus::ok;
    }
    [[nodiscard]] Account account(std::uint64_t user) const {
        return value_at<Account>(state, keys.account(0, user));
    }
    [[nodiscard]] std::vector<std::uint64_t> numbers(Side side, std::uint64_t price) const {
        std::vector<std::uint64_t> all;
        for (const auto& order : queue_in(state, keys, 0, side, price)) {
            all.push_back(order.number & 0xfffff);
        }
        return all;
    }

    BookKeys keys{1};
    State state;
    std::uint64_t placed = 0;
    std::set<StateKey> keys_read;

  private:
    std::uint64_t matches_;
};

Instruction limit(Side side, std::uint64_t user, std::uint64_t price, std::uint64_t quantity) {
    return {.kind = Kind::limit, .side = side, .user = user, .price = price, .quantity = quantity};
}

Instruction cancel(std::uint64_t user, std::uint64_t placed) {
    return {.kind = Kind::cancel, .user = user, .order = order_number(1, placed)};
}

TEST(Orderbook, TakesTheBestPriceThenTheOldestAtTheMakersPrice) {
    Bench bench;
    ASSERT_TRUE(bench.run(limit(Side::ask, 0, 12, 5)));
    ASSERT_TRUE(bench.run(limit(Side::ask, 1, 10, 4)));
    ASSERT_TRUE(bench.run(limit(Side::ask, 2, 10, 4)));
    ASSERT_TRUE(bench.run(limit(Side::bid, 3, 12, 6)));  // 4 of the second, 2 of the third, at 10
    EXPECT_EQ(bench.account(3).free, (std::array<std::uint64_t, 2>{106, 940}));
    EXPECT_EQ(bench.account(1).free, (std::array<std::uint64_t, 2>{96, 1040}));
    EXPECT_EQ(bench.account(2).free, (std::array<std::uint64_t, 2>{96, 1020}));
    EXPECT_EQ(bench.account(2).locked, (std::array<std::uint64_t, 2>{2, 0}));
    EXPECT_EQ(bench.account(0).free, (std::array<std::uint64_t, 2>{95, 1000}));
    EXPECT_EQ(bench.numbers(Side::ask, 10), (std::vector<std::uint64_t>{3}));
    // What is left of a bid rests and is the best bid now.
    ASSERT_TRUE(bench.run(limit(Side::bid, 3, 11, 5)));
    EXPECT_EQ(bench.account(3).free, (std::array<std::uint64_t, 2>{108, 940 - 20 - 33}));
    EXPECT_EQ(bench.account(3).locked, (std::array<std::uint64_t, 2>{0, 33}));
    EXPECT_EQ(bench.numbers(Side::bid, 11), (std::vector<std::uint64_t>{5}));
}

TEST(Orderbook, CancelTakesOutOfTheFrontTheMiddleAndTheBack) {
    for (const auto& [gone, left] : std::map<std::uint64_t, std::vector<std::uint64_t>>{
             {1, {2, 3, 4}}, {2, {1, 3, 4}}, {3, {1, 2, 4}}, {4, {1, 2, 3}}}) {
        Bench bench;
        for (std::uint64_t user = 0; user < 4; ++user) {
            ASSERT_TRUE(bench.run(limit(Side::bid, user, 9, 10 + user)));
        }
        EXPECT_FALSE(bench.run(cancel(gone % 4, gone))) << "somebody else's";
        ASSERT_TRUE(bench.run(cancel(gone - 1, gone)));
        EXPECT_EQ(bench.account(gone - 1).free[1], 1000U);
        EXPECT_EQ(bench.account(gone - 1).locked[1], 0U);
        EXPECT_EQ(bench.numbers(Side::bid, 9), left);
        EXPECT_FALSE(bench.run(cancel(gone - 1, gone))) << "gone";
        // The rest in an order that makes and unmakes each end, then a new one.
        ASSERT_TRUE(bench.run(limit(Side::bid, 0, 9, 1)));
        for (const std::uint64_t next : {left[1], left[2], left[0]}) {
            ASSERT_TRUE(bench.run(cancel(next - 1, next)));
        }
        EXPECT_EQ(bench.numbers(Side::bid, 9), (std::vector<std::uint64_t>{5}));
        ASSERT_TRUE(bench.run(cancel(0, 5)));
        EXPECT_EQ(bench.state.size(), 5U) << "level and orders are gone";
    }
}

TEST(Orderbook, WhatCouldStillBeMatchedExpires) {
    Bench bench(2);
    for (std::uint64_t user = 0; user < 3; ++user) {
        ASSERT_TRUE(bench.run(limit(Side::ask, user, 10, 1)));
    }
    ASSERT_TRUE(bench.run(limit(Side::bid, 3, 20, 9)));
    EXPECT_EQ(bench.account(3).free, (std::array<std::uint64_t, 2>{102, 980}));
    EXPECT_EQ(bench.account(3).locked, (std::array<std::uint64_t, 2>{0, 0}));
    EXPECT_EQ(bench.numbers(Side::ask, 10), (std::vector<std::uint64_t>{3}));
    // The best is the user's own: nothing happens.
    EXPECT_FALSE(bench.run(limit(Side::bid, 2, 20, 9)));
    // Below it the order rests.
    EXPECT_TRUE(bench.run(limit(Side::bid, 2, 9, 9)));
}

TEST(Orderbook, OrdersAtOtherPricesDoNotMeet) {
    Bench bench;
    ASSERT_TRUE(bench.run(limit(Side::bid, 0, 5, 1)));
    ASSERT_TRUE(bench.run(limit(Side::bid, 1, 6, 1)));
    const State before = bench.state;
    ASSERT_TRUE(bench.run(limit(Side::bid, 2, 5, 1)));
    EXPECT_EQ(bench.state.at(bench.keys.book(0)), before.at(bench.keys.book(0)))
        << "the book is only read where no level comes or goes";
    EXPECT_FALSE(bench.keys_read.contains(bench.keys.level(0, Side::bid, 6)));
    ASSERT_TRUE(bench.run(cancel(2, 3)));
    EXPECT_FALSE(bench.keys_read.contains(bench.keys.book(0)));
}

TEST(Orderbook, PriceSetsAreSets) {
    PriceSet set{};
    EXPECT_EQ(set.lowest(), 0U);
    EXPECT_EQ(set.highest(), 0U);
    for (const std::uint64_t price : {1U, 64U, 65U, 128U, 200U, 256U}) {
        EXPECT_FALSE(set.contains(price));
        set.insert(price);
        EXPECT_TRUE(set.contains(price));
        EXPECT_EQ(set.highest(), price);
        EXPECT_EQ(set.lowest(), 1U);
    }
    for (const std::uint64_t price : {1U, 64U, 65U, 128U, 200U}) {
        EXPECT_EQ(set.lowest(), price);
        set.erase(price);
        EXPECT_EQ(set.best(Side::bid), 256U);
    }
    EXPECT_EQ(set.best(Side::ask), 256U);
}

TEST(Orderbook, SharesAreRealised) {
    const auto workload = make_workload(
        "orderbook:users=1000,block-size=20k,take-share=0.25,cancel-share=0.35,cancel-window=5k,"
        "overdraft-share=0.1,foreign-share=0.2");
    std::map<std::uint64_t, Instruction> placed;
    const auto first = block_of(*workload, 1);
    for (const Instruction& tx : instructions_of(*first)) {
        if (tx.kind == Kind::limit) {
            placed[tx.order] = tx;
        }
    }
    const auto second = block_of(*workload, 2);
    std::array<double, 3> kinds{};
    double foreign = 0;
    double overdrafts = 0;
    for (std::uint32_t i = 0; i < second->size(); ++i) {
        const Instruction& tx = instructions_of(*second)[i];
        ++kinds[static_cast<std::size_t>(tx.kind)];
        if (tx.kind == Kind::cancel) {
            ASSERT_TRUE(placed.contains(tx.order)) << "it names a limit order before it";
            ASSERT_GE(tx.order & 0xfffff, tx.order >> 20 == 1 ? 15'000 + i : 0);
            ASSERT_EQ(tx.market, placed.at(tx.order).market);
            foreign += tx.user != placed.at(tx.order).user ? 1 : 0;
        } else {
            overdrafts += tx.quantity > 1'000'000 ? 1 : 0;
            ASSERT_TRUE(tx.price >= 1 && tx.price <= 64);
            placed[tx.order] = tx;
        }
    }
    EXPECT_NEAR(kinds[static_cast<std::size_t>(Kind::take)], 5000, 5 * 61.3);
    EXPECT_NEAR(kinds[static_cast<std::size_t>(Kind::cancel)], 7000, 5 * 67.5);
    EXPECT_NEAR(kinds[static_cast<std::size_t>(Kind::limit)], 8000, 5 * 69.3);
    EXPECT_NEAR(foreign, 1400, 5 * 33.5);
    EXPECT_NEAR(overdrafts, 1300, 5 * 34.3);
    EXPECT_NEAR(std::stod(Facts(*workload).values.at("hopeless_share_realised")), 0.135, 0.01);
}

TEST(Orderbook, RefusesOptionsThatDoNotGoTogether) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"orderbook:amount-min=10,amount-max=9", "amount-min=10 is above amount-max=9"},
        {"orderbook:take-share=0.7,cancel-share=0.4", "are more than 1 together"},
        {"orderbook:prices=10,overlap=6", "give overlap=5 or less"},
        {"orderbook:users=1M,base=1000G", "give base=18014398509 or less"},
        {"orderbook:users=1M,quote=1000G", "give quote=18014398509 or less"},
        {"orderbook:amount-min=0", "1..1000000G"},
        {"orderbook:prices=257", "4..256"},
        {"orderbook:matches=17", "1..16"},
    };
    for (const auto& [spec, reason] : cases) {
        EXPECT_THAT(testing::refusal_of(spec), ::testing::HasSubstr(reason)) << spec;
    }
}

}  // namespace
}  // namespace commitbench::orderbook
