// SPDX-License-Identifier: Apache-2.0
// The options of `block-stm`, as the code wants them.
#pragma once

#include "harness/core/options.hpp"

namespace commitbench::block_stm {

enum class Hints : std::uint8_t {
    none,              ///< what an aborted execution wrote vanishes
    last_incarnation,  ///< it stays as estimates, which readers wait for
    exact,             ///< and before the first execution the block's write sets are estimates
};

/// One rung of the ladder each. The defaults are the whole ladder.
struct Settings {
    bool word_status = true;     ///< status=word: one compare-and-swap, not a lock a transaction
    bool first_wave = true;      ///< nothing is validated before its first execution
    bool rolling_commit = true;  ///< commit=rolling; implies the two above
    bool announce = true;        ///< a write is an estimate from the moment it is made
    bool by_value = true;        ///< validation=value
    bool deltas = true;
    bool hand_off = true;  ///< who commits a transaction runs the next one where it waits
    bool adaptive = true;  ///< how far ahead, and whether at all, follows from what it gave
    Hints hints = Hints::last_incarnation;
    bool arena = true;  ///< memory=arena
    bool check = false;
    bool times = false;

    [[nodiscard]] bool estimates() const noexcept { return hints != Hints::none; }
};

[[nodiscard]] std::span<const OptionSpec> option_table();
[[nodiscard]] Settings read_settings(const Options& options);

}  // namespace commitbench::block_stm
