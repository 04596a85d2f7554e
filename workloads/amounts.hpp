// SPDX-License-Identifier: Apache-2.0
// Amounts of coins: what moves, and the 32 bytes they are kept in.
#pragma once

#include "harness/core/options.hpp"
#include "workloads/random.hpp"

#include <cstdint>
#include <string_view>

namespace commitbench {

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

/// A range of amounts, both ends included.
struct Amounts {
    std::uint64_t min = 0;
    std::uint64_t max = 0;  ///< at least min, below 2^63

    /// From kAmountMinOption and kAmountMaxOption, or the workload's own rows of these names.
    /// Refuses an empty range in the name of `workload`.
    [[nodiscard]] static Result<Amounts> from(const Options& options, std::string_view workload);

    /// The amount that a random word means.
    [[nodiscard]] std::uint64_t of(std::uint64_t word) const noexcept {
        return min + scaled(word, max - min + 1);
    }
};

/// Refuses (bad_input) accounts that hold 2^`bits` coins or more together.
[[nodiscard]] Status check_supply(std::string_view workload,
                                  std::string_view option,
                                  std::uint64_t accounts,
                                  std::uint64_t coins,
                                  unsigned bits);

/// Refuses (bad_input) two shares of one whole that are more than 1 together.
[[nodiscard]] Status check_shares(const Options& options,
                                  std::string_view workload,
                                  std::string_view one,
                                  std::string_view other);

/// A WordValue: an amount on a key of its own, as large as a storage slot of the EVM.
struct AmountSlot {
    std::uint64_t amount;
    std::uint64_t changes;  ///< transactions that changed it
    std::uint64_t filler;   ///< made once, carried along by every write
    std::uint64_t digest;

    void add(std::uint64_t coins) noexcept {
        amount += coins;
        ++changes;
    }
    void take(std::uint64_t coins) noexcept {
        amount -= coins;
        ++changes;
    }
};

/// As it stands in the first state.
[[nodiscard]] AmountSlot first_slot(std::uint64_t seed,
                                    Domain domain,
                                    std::uint64_t index,
                                    std::uint64_t amount) noexcept;

}  // namespace commitbench
