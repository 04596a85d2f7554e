// SPDX-License-Identifier: Apache-2.0
#include "executors/block_stm/settings.hpp"

#include <array>

namespace commitbench::block_stm {
namespace {

constexpr OptionSpec rung(std::string_view key, std::string_view range, std::string_view help) {
    return {.key = key,
            .type = OptionType::choice,
            .unit = "",
            .default_value = "auto",
            .range = range,
            .help = help};
}

constexpr std::array kOptions{
    OptionSpec{.key = "variant",
               .type = OptionType::choice,
               .unit = "",
               .default_value = "ladder",
               .range = "ladder|paper",
               .help =
                   "What the options that say auto stand for: ladder is the last value of each, "
                   "paper the first (the algorithm as published)."},
    rung("memory",
         "auto|heap|arena",
         "Where versions and values are allocated: one by one, or in arenas of the workers."),
    rung("status",
         "auto|locked|word",
         "A transaction's status changes under a lock of its own, or by one compare-and-swap; "
         "commit=rolling has the latter."),
    rung("first-wave",
         "auto|off|on",
         "Validations wait at a transaction that is still to be executed instead of passing it; "
         "commit=rolling validates at the commit only."),
    rung("commit",
         "auto|end|rolling",
         "The block commits as a whole, or its prefix as it goes: a transaction that begins on the "
         "committed prefix needs neither read set nor validation."),
    rung("validation",
         "auto|version|value",
         "A read is valid where the same version comes again, or the same bytes."),
    rung("announce",
         "auto|off|on",
         "A write is an estimate as soon as it is made, not only after its execution was thrown "
         "away."),
    rung("deltas", "auto|off|on", "Additions to a counter commute, or they read and write."),
    rung("hand-off",
         "auto|off|on",
         "Who commits a transaction runs the next one where nobody has begun it; commit=rolling "
         "only."),
    rung("adaptive",
         "auto|off|on",
         "How far beyond the committed prefix transactions are begun, and by how many workers, "
         "follows from what it gave so far; commit=rolling only."),
    OptionSpec{.key = "hints",
               .type = OptionType::choice,
               .unit = "",
               .default_value = "last-incarnation",
               .range = "none|last-incarnation|exact",
               .help = "What is known of a transaction's writes before it ran: nothing, what its "
                       "aborted execution wrote, or also the keys that the block declares."},
    OptionSpec{.key = "check",
               .type = OptionType::choice,
               .unit = "",
               .default_value = "off",
               .range = "off|full",
               .help = "full: every read of every transaction is validated again after the block."},
    OptionSpec{.key = "counters",
               .type = OptionType::choice,
               .unit = "",
               .default_value = "counts",
               .range = "counts|times",
               .help = "times: also how long workers were without work."},
};

/// True for the ladder's value of an option of two.
bool is_up(const Options& options, std::string_view key, std::string_view ladder) {
    const std::string& text = options.text(key);
    return text == "auto" ? options.text("variant") == "ladder" : text == ladder;
}

}  // namespace

std::span<const OptionSpec> option_table() {
    return kOptions;
}

Settings read_settings(const Options& options) {
    const std::string& hints = options.text("hints");
    return {
        .word_status = is_up(options, "status", "word"),
        .first_wave = is_up(options, "first-wave", "on"),
        .rolling_commit = is_up(options, "commit", "rolling"),
        .announce = is_up(options, "announce", "on"),
        .by_value = is_up(options, "validation", "value"),
        .deltas = is_up(options, "deltas", "on"),
        .hand_off = is_up(options, "hand-off", "on"),
        .adaptive = is_up(options, "adaptive", "on"),
        .hints = hints == "none"    ? Hints::none
                 : hints == "exact" ? Hints::exact
                                    : Hints::last_incarnation,
        .arena = is_up(options, "memory", "arena"),
        .check = options.text("check") == "full",
        .times = options.text("counters") == "times",
    };
}

}  // namespace commitbench::block_stm
