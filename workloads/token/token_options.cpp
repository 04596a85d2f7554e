// SPDX-License-Identifier: Apache-2.0
#include "workloads/option_rows.hpp"
#include "workloads/token/token.hpp"

#include <array>

namespace commitbench::token {
namespace {

constexpr std::array kOptions{
    kAccountsOption,
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
    kBalanceOption,
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
    kOverdraftShareOption,
    kFeeOption,
};

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const auto payments = PaymentRules::from(options, "token");
    if (!payments) {
        return payments.error();
    }
    COMMITBENCH_TRY(check_shares(options, "token", "approve-share", "transfer-from-share"));
    COMMITBENCH_TRY(check_shares(options, "token", "unlimited-share", "revoke-share"));
    return std::unique_ptr<Workload>(std::make_unique<TokenWorkload>(Settings{
        .seed = seed,
        .payments = *payments,
        .tokens = options.integer("tokens"),
        .spenders = options.integer("spenders"),
        .block_size = static_cast<std::uint32_t>(options.integer("block-size")),
        .work = options.integer("work"),
        .allowance = options.integer("allowance"),
        .approve_share = options.real("approve-share"),
        .transfer_from_share = options.real("transfer-from-share"),
        .approve_max = options.integer("approve-max"),
        .unlimited_share = options.real("unlimited-share"),
        .revoke_share = options.real("revoke-share"),
        .fee = fee_rule(options),
    }));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "token", "Accounts that move ERC-20 tokens: transfer, approve, transferFrom.", kOptions,
        create};
    return kComponent;
}

}  // namespace commitbench::token
