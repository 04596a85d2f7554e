// SPDX-License-Identifier: Apache-2.0
#include "workloads/option_rows.hpp"
#include "workloads/p2p/p2p.hpp"

#include <array>

namespace commitbench::p2p {
namespace {

constexpr std::array kOptions{
    OptionSpec{.key = "shape",
               .type = OptionType::choice,
               .unit = "",
               .default_value = "aptos",
               .range = "diem|aptos",
               .help = "Whose payments: diem does 21 reads and 4 writes, aptos 8 and 5."},
    kAccountsOption,
    kBlockSizeOption,
    kKeysOption,
    kThetaOption,
    kHotShareOption,
    kHotSetOption,
    kWorkOption,
    kFeeOption,
    kBalanceOption,
    kAmountMinOption,
    kAmountMaxOption,
    kOverdraftShareOption,
};

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    const auto payments = PaymentRules::from(options, "p2p");
    if (!payments) {
        return payments.error();
    }
    return std::unique_ptr<Workload>(std::make_unique<P2pWorkload>(Settings{
        .seed = seed,
        .shape = options.text("shape") == kDiem.name ? &kDiem : &kAptos,
        .payments = *payments,
        .block_size = static_cast<std::uint32_t>(options.integer("block-size")),
        .work = options.integer("work"),
        .fee = fee_rule(options),
    }));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "p2p",
        "Payments with the reads and writes of Diem or Aptos, as the Block-STM paper has them.",
        kOptions, create};
    return kComponent;
}

}  // namespace commitbench::p2p
