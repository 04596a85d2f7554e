// SPDX-License-Identifier: Apache-2.0
#include "workloads/option_rows.hpp"
#include "workloads/swap/swap.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench::swap {
namespace {

constexpr std::array kOptions{
    OptionSpec{.key = "users",
               .type = OptionType::integer,
               .unit = "users",
               .default_value = "10k",
               .range = "1..100M",
               .help = "Users, drawn uniformly; each holds every token, a key each."},
    OptionSpec{.key = "pools",
               .type = OptionType::integer,
               .unit = "pools",
               .default_value = "8",
               .range = "1..100k",
               .help = "Pools, in a ring of as many tokens; the options keys, theta, hot-share "
                       "and hot-set say which of them a route enters at."},
    kBlockSizeOption,
    kKeysOption,
    kThetaOption,
    kHotShareOption,
    kHotSetOption,
    OptionSpec{.key = "route-max",
               .type = OptionType::integer,
               .unit = "pools",
               .default_value = "3",
               .range = "1..16",
               .help = "Pools in the longest route; lengths are uniform from 1. Below the number "
                       "of pools, where there are several."},
    kWorkOption,
    OptionSpec{.key = "balance",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "10M",
               .range = "",
               .help = "Balance of every user in every token at first; users * balance must stay "
                       "below 2^56."},
    OptionSpec{.key = "reserve",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "100M",
               .range = "1..1000000G",
               .help = "First reserves of the pools: drawn from half of it to one and a half."},
    OptionSpec{.key = "pool-fee",
               .type = OptionType::integer,
               .unit = "basis points",
               .default_value = "30",
               .range = "0..9999",
               .help = "What a pool keeps of the amount that comes in."},
    OptionSpec{.key = "amount-min",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "1k",
               .range = "0..10000000G",
               .help = "Smallest amount that goes in; amounts are uniform."},
    OptionSpec{.key = "amount-max",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "100k",
               .range = "0..10000000G",
               .help = "Largest amount that goes in."},
    OptionSpec{.key = "slippage-max",
               .type = OptionType::integer,
               .unit = "basis points",
               .default_value = "100",
               .range = "0..10000",
               .help = "Largest tolerance of a user: how much less than in the first state may "
                       "come out; uniform from 0."},
    OptionSpec{.key = "impossible-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.01",
               .range = "0..1",
               .help = "Share of the swaps that ask for more than there is, and so fail; others "
                       "fail where prices have moved."},
    kFeeOption,
};

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const auto amounts = Amounts::from(options, "swap");
    if (!amounts) {
        return amounts.error();
    }
    const Settings settings{
        .seed = seed,
        .users = options.integer("users"),
        .pools = static_cast<std::uint32_t>(options.integer("pools")),
        .block_size = static_cast<std::uint32_t>(options.integer("block-size")),
        .keys = KeyChoice::from(options),
        .route_max = options.integer("route-max"),
        .work = options.integer("work"),
        .balance = options.integer("balance"),
        .reserve = options.integer("reserve"),
        .fee_points = options.integer("pool-fee"),
        .amounts = *amounts,
        .slippage_points = options.integer("slippage-max"),
        .impossible_share = options.real("impossible-share"),
        .fee = fee_rule(options),
    };
    const std::uint64_t longest = settings.pools == 1 ? 1 : settings.pools - 1;
    if (settings.route_max > longest) {
        return bad_input(
            fmt::format("workload 'swap': routes over route-max={} of {} pools would come back to "
                        "their first token: give route-max={} or less, or more pools",
                        settings.route_max, settings.pools, longest));
    }
    COMMITBENCH_TRY(check_supply("swap", "balance", settings.users, settings.balance, 56));
    return std::unique_ptr<Workload>(std::make_unique<SwapWorkload>(settings));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "swap", "Users who exchange tokens in constant-product pools, on routes over several.",
        kOptions, create};
    return kComponent;
}

}  // namespace commitbench::swap
