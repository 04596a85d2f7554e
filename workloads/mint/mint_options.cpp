// SPDX-License-Identifier: Apache-2.0
#include "workloads/mint/mint.hpp"
#include "workloads/option_rows.hpp"

#include <array>

namespace commitbench::mint {
namespace {

constexpr std::array kOptions{
    OptionSpec{.key = "minters",
               .type = OptionType::integer,
               .unit = "minters",
               .default_value = "100k",
               .range = "1..10G",
               .help = "Accounts that mint, one key each."},
    kBlockSizeOption,
    kKeysOption,
    kThetaOption,
    kHotShareOption,
    kHotSetOption,
    kWorkOption,
    OptionSpec{.key = "counter",
               .type = OptionType::choice,
               .unit = "",
               .default_value = "read",
               .range = "read|delta",
               .help = "Whether a mint reads the counter and takes its number from it (a chain), "
                       "or only adds to it and takes its number from the transaction."},
    OptionSpec{.key = "cap",
               .type = OptionType::integer,
               .unit = "tokens",
               .default_value = "10M",
               .range = "0..1000000G",
               .help = "Tokens that there may be, after which mints fail; counter=read only."},
    OptionSpec{.key = "allowed",
               .type = OptionType::integer,
               .unit = "tokens",
               .default_value = "1M",
               .range = "0..1000000G",
               .help = "Tokens that one minter may mint, after which its mints fail."},
    OptionSpec{.key = "underpaid-share",
               .type = OptionType::real,
               .unit = "",
               .default_value = "0.01",
               .range = "0..1",
               .help = "Share of the mints that pay too little, and so fail."},
    kFeeOption,
};

Result<std::unique_ptr<Workload>> create(const Options& options, std::uint64_t seed) {
    return std::unique_ptr<Workload>(std::make_unique<MintWorkload>(Settings{
        .seed = seed,
        .minters = options.integer("minters"),
        .block_size = static_cast<std::uint32_t>(options.integer("block-size")),
        .keys = KeyChoice::from(options),
        .work = options.integer("work"),
        .counter = options.text("counter") == "delta" ? CounterRule::delta : CounterRule::read,
        .cap = options.integer("cap"),
        .allowed = options.integer("allowed"),
        .underpaid_share = options.real("underpaid-share"),
        .fee = fee_rule(options),
    }));
}

}  // namespace

const WorkloadComponent& component() {
    static constexpr WorkloadComponent kComponent{
        "mint", "Everyone mints from one collection: one counter, a fresh key for every token.",
        kOptions, create};
    return kComponent;
}

}  // namespace commitbench::mint
