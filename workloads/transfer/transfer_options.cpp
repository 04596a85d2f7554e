// SPDX-License-Identifier: Apache-2.0
#include "workloads/option_rows.hpp"
#include "workloads/transfer/transfer.hpp"

#include <array>

namespace commitbench::transfer {
namespace {

constexpr std::array kOptions{
    kAccountsOption,
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
    kBalanceOption,
    kAmountMinOption,
    kAmountMaxOption,
    kOverdraftShareOption,
};

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const auto payments = PaymentRules::from(options, "transfer");
    if (!payments) {
        return payments.error();
    }
    return std::unique_ptr<Workload>(std::make_unique<TransferWorkload>(Settings{
        .seed = seed,
        .payments = *payments,
        .block_size = static_cast<std::uint32_t>(options.integer("block-size")),
        .work = options.integer("work"),
        .fee = fee_rule(options),
        .value_size = options.size("value-size"),
    }));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "transfer", "Accounts that send each other money.", kOptions, create};
    return kComponent;
}

}  // namespace commitbench::transfer
