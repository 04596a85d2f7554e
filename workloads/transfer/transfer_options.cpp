// SPDX-License-Identifier: Apache-2.0
#include "workloads/option_rows.hpp"
#include "workloads/transfer/transfer.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench::transfer {
namespace {

constexpr std::array kOptions{
    OptionSpec{.key = "accounts",
               .type = OptionType::integer,
               .unit = "accounts",
               .default_value = "100k",
               .range = "2..10G",
               .help = "Accounts in the first state."},
    kBlockSizeOption,
    kKeysOption,
    kThetaOption,
    kHotShareOption,
    kHotSetOption,
    kWorkOption,
    kFeeOption,
    OptionSpec{.key = "value-size",
               .type = OptionType::size,
               .unit = "bytes",
               .default_value = "78",
               .range = "24..4096",
               .help = "Bytes of an account's value; 24 hold balance, nonce and digest, and 78 is "
                       "the RLP of a plain "
                       "Ethereum account."},
    OptionSpec{
        .key = "balance",
        .type = OptionType::integer,
        .unit = "coins",
        .default_value = "1M",
        .range = "",
        .help = "Balance of every account at first; accounts * balance must stay below 2^63."},
    OptionSpec{.key = "amount-min",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "1",
               .range = "0..1000000G",
               .help = "Smallest amount of a transfer; amounts are uniform."},
    OptionSpec{.key = "amount-max",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "1000",
               .range = "0..1000000G",
               .help = "Largest amount of a transfer."},
    OptionSpec{.key = "overdraft-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.01",
               .range = "0..1",
               .help = "Share of the transfers that ask for more than all accounts have together, "
                       "and so fail; others "
                       "fail where their sender has become poor."},
};

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const Settings settings{
        .seed = seed,
        .accounts = options.integer("accounts"),
        .block_size = static_cast<std::uint32_t>(options.integer("block-size")),
        .keys = KeyChoice::from(options),
        .fee = fee_rule(options),
        .work = options.integer("work"),
        .value_size = options.size("value-size"),
        .balance = options.integer("balance"),
        .amount_min = options.integer("amount-min"),
        .amount_max = options.integer("amount-max"),
        .overdraft_share = options.real("overdraft-share"),
    };
    if (settings.amount_min > settings.amount_max) {
        return bad_input(
            fmt::format("workload 'transfer': amount-min={} is above amount-max={}: lower the "
                        "first or raise the second",
                        settings.amount_min, settings.amount_max));
    }
    if (settings.balance > (UINT64_MAX >> 1) / settings.accounts) {
        return bad_input(fmt::format(
            "workload 'transfer': {} accounts of balance={} hold more than 2^63 coins "
            "together: give balance={} or less",
            settings.accounts, settings.balance, (UINT64_MAX >> 1) / settings.accounts));
    }
    return std::unique_ptr<Workload>(std::make_unique<TransferWorkload>(settings));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "transfer", "Accounts that send each other money, uniformly or by Zipf's law.", kOptions,
        create};
    return kComponent;
}

}  // namespace commitbench::transfer
