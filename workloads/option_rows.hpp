// SPDX-License-Identifier: Apache-2.0
// Rows of option tables that several workloads share: one word means one thing in all of them.
#pragma once

#include "harness/core/options.hpp"

namespace commitbench {

inline constexpr OptionSpec kBlockSizeOption{.key = "block-size",
                                             .type = OptionType::integer,
                                             .unit = "transactions",
                                             .default_value = "10k",
                                             .range = "1..1M",
                                             .help = "Transactions in a block."};

/// See work_units.hpp.
inline constexpr OptionSpec kWorkOption{
    .key = "work",
    .type = OptionType::integer,
    .unit = "units",
    .default_value = "0",
    .range = "0..100M",
    .help =
        "CPU work a transaction, in units of about 100 ns (the result says what a unit costs "
        "there)."};

/// See harness/core/work_limit.hpp.
inline constexpr OptionSpec kWorkLimitOption{
    .key = "work-limit",
    .type = OptionType::integer,
    .unit = "units",
    .default_value = "0",
    .range = "0..1G",
    .help =
        "Most work of a transaction, each access of the state being one unit as well: one that "
        "would do more fails and writes nothing; 0 is no limit."};

/// See fee.hpp.
inline constexpr OptionSpec kFeeOption{
    .key = "fee",
    .type = OptionType::choice,
    .unit = "",
    .default_value = "none",
    .range = "none|deferred|write|delta",
    .help =
        "How the block's one fee recipient is paid: not at all, by one more transaction at the "
        "end of the block, by every transaction (read and write), or by every transaction as a "
        "commutative addition."};

/// See key_choice.hpp. For workloads whose set of items does not grow.
inline constexpr OptionSpec kKeysOption{
    .key = "keys",
    .type = OptionType::choice,
    .unit = "",
    .default_value = "uniform",
    .range = "uniform|zipf|hotspot",
    .help =
        "How items are drawn: all alike, by Zipf's law (theta), or a hot set (hot-set) that "
        "gets a share of the accesses (hot-share)."};

inline constexpr OptionSpec kThetaOption{
    .key = "theta",
    .type = OptionType::real,
    .unit = "",
    .default_value = "0.99",
    .range = "0..1000",
    .help =
        "Exponent of Zipf's law: the item of rank k is drawn in proportion to k^-theta; used "
        "where keys are drawn by that law."};

inline constexpr OptionSpec kHotShareOption{
    .key = "hot-share",
    .type = OptionType::real,
    .unit = "",
    .default_value = "0.8",
    .range = "0..1",
    .help = "Share of the accesses that go to the hot set; used by keys=hotspot."};

inline constexpr OptionSpec kHotSetOption{
    .key = "hot-set",
    .type = OptionType::real,
    .unit = "",
    .default_value = "0.01",
    .range = "0..1",
    .help = "Share of the items that are hot, at least one item; used by keys=hotspot."};

}  // namespace commitbench
