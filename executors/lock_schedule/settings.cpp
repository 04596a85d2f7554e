// SPDX-License-Identifier: Apache-2.0
#include "executors/lock_schedule/settings.hpp"

#include <array>
#include <bit>
#include <fmt/format.h>

namespace commitbench {
namespace {

/// An Ethereum address, where a key begins with one.
constexpr unsigned kAccountBits = 160;

constexpr std::array kOptions{
    OptionSpec{.key = "declared",
               .type = OptionType::choice,
               .default_value = "exact",
               .range = "exact|over|promote|stale",
               .help = "Access sets that come with a block: exact; over, with keys never touched; "
                       "promote, with reads declared as writes; stale, found by running each "
                       "transaction on the state before the block, so that some abort."},
    OptionSpec{.key = "factor",
               .type = OptionType::real,
               .default_value = "2",
               .range = "1..64",
               .help = "Of declared=over: keys declared for each key touched, drawn from the "
                       "block's keys."},
    OptionSpec{.key = "share",
               .type = OptionType::real,
               .default_value = "0.5",
               .range = "0..1",
               .help = "Of declared=promote: share of the reads that are declared as writes."},
    OptionSpec{.key = "granularity",
               .type = OptionType::choice,
               .default_value = "key",
               .range = "key|account|stripes",
               .help = "One lock for each key; for all keys with the same first 20 bytes (keys are "
                       "opaque here: it differs from key only where a workload lets the keys of an "
                       "account begin alike); or for each of a number of stripes."},
    OptionSpec{.key = "stripes",
               .type = OptionType::integer,
               .unit = "locks",
               .default_value = "1024",
               .range = "1..1048576",
               .help = "Of granularity=stripes: number of locks, a power of two; a key's first "
                       "bits say which, for keys are uniform."},
    OptionSpec{.key = "resolve",
               .type = OptionType::choice,
               .default_value = "keys",
               .range = "ids|keys",
               .help = "keys: the 32-byte keys of the declared sets are hashed inside the timed "
                       "span; ids: dense ids in the order of the keys came with the block."},
    OptionSpec{.key = "algorithm",
               .type = OptionType::choice,
               .default_value = "graph",
               .range = "graph|queues",
               .help = "graph: the precedence graph, made before the block runs; queues: a queue "
                       "for each lock, kept up to date while it runs, under one lock."},
    OptionSpec{.key = "scheduler",
               .type = OptionType::choice,
               .default_value = "none",
               .range = "none|dedicated",
               .help = "Who releases what waits for a transaction: the worker that ran it, or "
                       "worker 0, which then runs none (with one worker: none)."},
    OptionSpec{.key = "order",
               .type = OptionType::choice,
               .default_value = "fifo",
               .range = "fifo|critical-path|contention",
               .help = "Which ready transaction runs first: the first in the block, that with the "
                       "longest chain behind it, or that which most others wait for."},
    OptionSpec{.key = "batch",
               .type = OptionType::integer,
               .unit = "transactions",
               .default_value = "0",
               .range = "0..1M",
               .help = "Cuts the block into waves of up to so many transactions, each ended by "
                       "the first conflict within it, with a barrier between them; 0 is no "
                       "waves."},
    OptionSpec{.key = "prefetch",
               .type = OptionType::choice,
               .default_value = "off",
               .range = "off|declared",
               .help = "declared: workers with nothing to run ask the backend for declared keys, "
                       "in block order."},
    OptionSpec{.key = "times",
               .type = OptionType::boolean,
               .default_value = "off",
               .help = "Clocks every transaction: counters work_ns, span_ns (the longest chain), "
                       "wait_ns (ready, but not begun) and idle_ns."},
};

}  // namespace

std::span<const OptionSpec> lock_schedule_options() {
    return kOptions;
}

Result<LockScheduleSettings> lock_schedule_settings(const Options& options, std::uint64_t seed) {
    LockScheduleSettings settings;
    const std::string& declared = options.text("declared");
    settings.declared = declared == "over"      ? Declared::over
                        : declared == "promote" ? Declared::promote
                        : declared == "stale"   ? Declared::stale
                                                : Declared::exact;
    settings.factor = options.real("factor");
    settings.share = options.real("share");
    const std::string& granularity = options.text("granularity");
    const std::uint64_t stripes = options.integer("stripes");
    if (!std::has_single_bit(stripes)) {
        return bad_input(
            fmt::format("executor 'lock-schedule': stripes={} is no power of two: give {} or {}",
                        stripes, std::bit_floor(stripes), std::bit_ceil(stripes)));
    }
    settings.lock_bits = granularity == "stripes" ? static_cast<unsigned>(std::countr_zero(stripes))
                         : granularity == "account" ? kAccountBits
                                                    : kKeyBits;
    settings.resolve_keys = options.text("resolve") == "keys";
    const std::string& order = options.text("order");
    settings.plan.algorithm =
        options.text("algorithm") == "queues" ? Algorithm::queues : Algorithm::graph;
    settings.plan.order = order == "critical-path" ? ReadyOrder::critical_path
                          : order == "contention"  ? ReadyOrder::contention
                                                   : ReadyOrder::fifo;
    settings.plan.dedicated = options.text("scheduler") == "dedicated";
    settings.batch = static_cast<std::uint32_t>(options.integer("batch"));
    settings.prefetch = options.text("prefetch") == "declared";
    settings.times = options.boolean("times");
    settings.seed = seed;
    if (settings.plan.algorithm == Algorithm::queues && settings.plan.order != ReadyOrder::fifo) {
        return bad_input(
            fmt::format("executor 'lock-schedule': algorithm=queues keeps no graph "
                        "that order={} could look at: use algorithm=graph",
                        order));
    }
    if (settings.batch != 0 &&
        (settings.plan.algorithm != Algorithm::graph || settings.plan.dedicated ||
         settings.plan.order != ReadyOrder::fifo || settings.prefetch)) {
        return bad_input(fmt::format(
            "executor 'lock-schedule': batch={} runs waves in block order: it does not go with "
            "algorithm=queues, scheduler=dedicated, another order than fifo, or prefetch",
            settings.batch));
    }
    return settings;
}

}  // namespace commitbench
