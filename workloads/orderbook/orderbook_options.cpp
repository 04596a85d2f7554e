// SPDX-License-Identifier: Apache-2.0
#include "workloads/option_rows.hpp"
#include "workloads/orderbook/orderbook.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench::orderbook {
namespace {

constexpr std::array kOptions{
    OptionSpec{.key = "users",
               .type = OptionType::integer,
               .unit = "users",
               .default_value = "10k",
               .range = "2..1G",
               .help = "Users, drawn uniformly; each has an account in every market."},
    OptionSpec{.key = "markets",
               .type = OptionType::integer,
               .unit = "markets",
               .default_value = "4",
               .range = "1..100k",
               .help = "Markets, each with a book and two assets of its own; the options keys, "
                       "theta, hot-share and hot-set say which of them are traded in."},
    OptionSpec{.key = "prices",
               .type = OptionType::integer,
               .unit = "ticks",
               .default_value = "64",
               .range = "4..256",
               .help = "Prices that orders can have, from 1."},
    kBlockSizeOption,
    kKeysOption,
    kThetaOption,
    kHotShareOption,
    kHotSetOption,
    kWorkOption,
    OptionSpec{.key = "take-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.2",
               .range = "0..1",
               .help = "Share of the transactions that match at any price and rest at none."},
    OptionSpec{.key = "cancel-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.3",
               .range = "0..1",
               .help = "Share of the transactions that cancel an order; what both shares leave are "
                       "limit orders."},
    OptionSpec{.key = "cancel-window",
               .type = OptionType::integer,
               .unit = "transactions",
               .default_value = "10k",
               .range = "1..1G",
               .help = "How far back the order that is to be cancelled may have been placed; "
                       "uniform from 1."},
    OptionSpec{.key = "matches",
               .type = OptionType::integer,
               .unit = "orders",
               .default_value = "4",
               .range = "1..16",
               .help = "Orders that one transaction may match; what could be matched beyond that "
                       "expires."},
    OptionSpec{.key = "overlap",
               .type = OptionType::integer,
               .unit = "ticks",
               .default_value = "2",
               .range = "0..128",
               .help = "How far limit orders reach over the middle price, at most half the prices: "
                       "0 leaves all matching to take."},
    OptionSpec{.key = "base",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "100k",
               .range = "",
               .help = "Base in every account at first; users * base must stay below 2^54."},
    OptionSpec{.key = "quote",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "10M",
               .range = "",
               .help = "Quote in every account at first; users * quote must stay below 2^54."},
    OptionSpec{.key = "amount-min",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "1",
               .range = "1..1000000G",
               .help = "Least base in an order; amounts are uniform."},
    OptionSpec{.key = "amount-max",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "100",
               .range = "1..1000000G",
               .help = "Most base in an order."},
    OptionSpec{.key = "overdraft-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.01",
               .range = "0..1",
               .help = "Share of the orders that ask for more than all accounts have together, and "
                       "so fail; others fail where their user is poor."},
    OptionSpec{.key = "foreign-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.01",
               .range = "0..1",
               .help = "Share of the cancellations that name somebody else's order, and so fail; "
                       "others fail where the order is gone."},
    kFeeOption,
};

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const auto amounts = Amounts::from(options, "orderbook");
    if (!amounts) {
        return amounts.error();
    }
    const Settings settings{
        .seed = seed,
        .users = options.integer("users"),
        .markets = static_cast<std::uint32_t>(options.integer("markets")),
        .prices = options.integer("prices"),
        .block_size = static_cast<std::uint32_t>(options.integer("block-size")),
        .keys = KeyChoice::from(options),
        .work = options.integer("work"),
        .base = options.integer("base"),
        .quote = options.integer("quote"),
        .amounts = *amounts,
        .overlap = options.integer("overlap"),
        .matches = options.integer("matches"),
        .take_share = options.real("take-share"),
        .cancel_share = options.real("cancel-share"),
        .window = options.integer("cancel-window"),
        .overdraft_share = options.real("overdraft-share"),
        .foreign_share = options.real("foreign-share"),
        .fee = fee_rule(options),
    };
    COMMITBENCH_TRY(check_supply("orderbook", "base", settings.users, settings.base, 54));
    COMMITBENCH_TRY(check_supply("orderbook", "quote", settings.users, settings.quote, 54));
    COMMITBENCH_TRY(check_shares(options, "orderbook", "take-share", "cancel-share"));
    if (settings.overlap > settings.prices / 2) {
        return bad_input(
            fmt::format("workload 'orderbook': overlap={} reaches beyond half of prices={}: give "
                        "overlap={} or less",
                        settings.overlap, settings.prices, settings.prices / 2));
    }
    return std::unique_ptr<Workload>(std::make_unique<OrderbookWorkload>(settings));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "orderbook", "Users who trade in central limit order books: place, match, cancel.",
        kOptions, create};
    return kComponent;
}

}  // namespace commitbench::orderbook
