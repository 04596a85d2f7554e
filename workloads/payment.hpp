// SPDX-License-Identifier: Apache-2.0
// Payments: which account pays which other one how much, for workloads whose accounts all begin
// with the same balance.
#pragma once

#include "harness/core/observer.hpp"
#include "harness/core/options.hpp"
#include "workloads/key_choice.hpp"

#include <string_view>

namespace commitbench {

inline constexpr OptionSpec kAccountsOption{.key = "accounts",
                                            .type = OptionType::integer,
                                            .unit = "accounts",
                                            .default_value = "100k",
                                            .range = "2..10G",
                                            .help = "Accounts in the first state."};

inline constexpr OptionSpec kBalanceOption{
    .key = "balance",
    .type = OptionType::integer,
    .unit = "coins",
    .default_value = "1M",
    .range = "",
    .help = "Balance of every account at first; accounts * balance must stay below 2^63."};

inline constexpr OptionSpec kAmountMinOption{
    .key = "amount-min",
    .type = OptionType::integer,
    .unit = "coins",
    .default_value = "1",
    .range = "0..1000000G",
    .help = "Smallest amount of a payment; amounts are uniform."};

inline constexpr OptionSpec kAmountMaxOption{.key = "amount-max",
                                             .type = OptionType::integer,
                                             .unit = "coins",
                                             .default_value = "1000",
                                             .range = "0..1000000G",
                                             .help = "Largest amount of a payment."};

inline constexpr OptionSpec kOverdraftShareOption{
    .key = "overdraft-share",
    .type = OptionType::real,
    .unit = "",
    .default_value = "0.01",
    .range = "0..1",
    .help =
        "Share of the payments that ask for more than all accounts have together, and so fail; "
        "others fail where the payer has become poor."};

struct PaymentRules {
    std::uint64_t accounts = 0;  ///< at least 2; accounts * balance < 2^63
    std::uint64_t balance = 0;   ///< of every account at first
    std::uint64_t amount_min = 0;
    std::uint64_t amount_max = 0;  ///< at least amount_min, below 2^63
    double overdraft_share = 0;    ///< of the payments ask for more than all accounts have together
    KeyChoice keys;

    /// From the rows above and key_choice.hpp's; refuses, in the name of `workload`, what does not
    /// go together.
    [[nodiscard]] static Result<PaymentRules> from(const Options& options,
                                                   std::string_view workload);
};

struct Payment {
    std::uint64_t payer = 0;  ///< index of an account
    std::uint64_t payee = 0;  ///< index of another account
    std::uint64_t amount = 0;
};

/// Draws payments. Immutable; thread-safe.
class PaymentDraw {
  public:
    /// INVARIANT: rules within the bounds they state.
    PaymentDraw(const PaymentRules& rules, std::uint64_t seed, Domain domain) noexcept;

    /// The payment of a transaction. Pure. About 100 ns.
    [[nodiscard]] Payment at(std::uint64_t block, std::uint64_t index) const noexcept;

    /// Skew and overdrafts realised in the first blocks of `block_size` payments.
    void facts(FactVisitor& visitor, std::uint32_t block_size) const;

  private:
    PaymentRules rules_;
    std::uint64_t seed_;
    Domain domain_;
    KeyDistribution keys_;
    Chance overdraft_;
};

}  // namespace commitbench
