// SPDX-License-Identifier: Apache-2.0
#include "workloads/option_rows.hpp"
#include "workloads/token/token.hpp"

#include <array>

namespace commitbench::token {
namespace {

constexpr std::array kOptions{
    OptionSpec{.key = "accounts",
               .type = OptionType::integer,
               .unit = "accounts",
               .default_value = "100k",
               .range = "2..1G",
               .help = "Accounts that hold tokens; each holds every token."},
    OptionSpec{.key = "tokens",
               .type = OptionType::integer,
               .unit = "tokens",
               .default_value = "1",
               .range = "1..1000",
               .help = "Tokens; a transaction draws one uniformly."},
    OptionSpec{.key = "spenders",
               .type = OptionType::integer,
               .unit = "spenders",
               .default_value = "2",
               .range = "1..1000",
               .help = "Spenders that every owner may approve, drawn uniformly."},
    kBlockSizeOption,
    kKeysOption,
    kThetaOption,
    kHotShareOption,
    kHotSetOption,
    kWorkOption,
    OptionSpec{.key = "approve-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.1",
               .range = "0..1",
               .help = "Share of the transactions that approve a spender."},
    OptionSpec{.key = "transfer-from-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.3",
               .range = "0..1",
               .help = "Share of the transactions in which a spender moves the owner's coins; what "
                       "both shares leave are plain transfers."},
    OptionSpec{.key = "balance",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "1M",
               .range = "",
               .help = "Balance of every account in every token at first; accounts * balance must "
                       "stay below 2^63."},
    OptionSpec{.key = "allowance",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "10k",
               .range = "0..1000000G",
               .help = "Allowance of every spender at first; 0 leaves the keys out of the first "
                       "state."},
    kAmountMinOption,
    kAmountMaxOption,
    OptionSpec{.key = "approve-max",
               .type = OptionType::integer,
               .unit = "coins",
               .default_value = "20k",
               .range = "1..1000000G",
               .help = "Largest allowance that an approval with a limit gives; uniform from 1."},
    OptionSpec{.key = "unlimited-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.1",
               .range = "0..1",
               .help = "Share of the approvals that set no limit: such an allowance is read and "
                       "never written by transfer_from."},
    OptionSpec{.key = "revoke-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.1",
               .range = "0..1",
               .help = "Share of the approvals that set 0, which deletes the key."},
    OptionSpec{.key = "overdraft-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.01",
               .range = "0..1",
               .help = "Share of the transfers of both kinds that ask for more than the supply, "
                       "and so fail; others fail where a balance or an allowance does not cover "
                       "them."},
    kFeeOption,
};

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const auto amounts = Amounts::from(options, "token");
    if (!amounts) {
        return amounts.error();
    }
    const Settings settings{
        .seed = seed,
        .accounts = options.integer("accounts"),
        .tokens = options.integer("tokens"),
        .spenders = options.integer("spenders"),
        .block_size = static_cast<std::uint32_t>(options.integer("block-size")),
        .keys = KeyChoice::from(options),
        .work = options.integer("work"),
        .balance = options.integer("balance"),
        .allowance = options.integer("allowance"),
        .amounts = *amounts,
        .approve_share = options.real("approve-share"),
        .transfer_from_share = options.real("transfer-from-share"),
        .approve_max = options.integer("approve-max"),
        .unlimited_share = options.real("unlimited-share"),
        .revoke_share = options.real("revoke-share"),
        .overdraft_share = options.real("overdraft-share"),
        .fee = fee_rule(options),
    };
    COMMITBENCH_TRY(check_supply("token", "balance", settings.accounts, settings.balance,
                                 std::uint64_t{1} << 63));
    COMMITBENCH_TRY(check_shares(options, "token", "approve-share", "transfer-from-share"));
    COMMITBENCH_TRY(check_shares(options, "token", "unlimited-share", "revoke-share"));
    return std::unique_ptr<Workload>(std::make_unique<TokenWorkload>(settings));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "token", "Accounts that move ERC-20 tokens: transfer, approve, transferFrom.", kOptions,
        create};
    return kComponent;
}

}  // namespace commitbench::token
