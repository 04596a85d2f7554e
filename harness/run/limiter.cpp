// SPDX-License-Identifier: Apache-2.0
#include "harness/run/limiter.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

namespace commitbench {
namespace {

/// What "dominates" means, of wall time and of a span's CPU time alike.
constexpr double kHalf = 0.5;

struct Shares {
    explicit Shares(const BlockSpans& spans) : totals(spans) {}
    [[nodiscard]] double of(Phase phase) const { return of(totals.wall(phase)); }
    [[nodiscard]] double of(std::uint64_t ns) const {
        return static_cast<double>(ns) / static_cast<double>(totals.total_ns);
    }
    /// CPU time of all threads / wall time of the phase.
    [[nodiscard]] double busy(Phase phase) const {
        return static_cast<double>(totals.cpu(phase)) / static_cast<double>(totals.wall(phase));
    }
    const BlockSpans& totals;
};

std::string percent(double share) {
    return fmt::format("{:.0f} %", share * 100);
}

/// ", 12.3 syncs a block": evidence from a counter, empty where nobody counts it.
std::string a_block(const RunRecord& record, std::string_view name, std::string_view words) {
    const auto value = record.counter(name);
    if (!value) {
        return "";
    }
    return fmt::format(", {:.1f} {} a block",
                       static_cast<double>(*value) / static_cast<double>(record.blocks.size()),
                       words);
}

Limiter by_execution(const RunRecord& record, const Shares& shares) {
    const double ns = static_cast<double>(shares.totals.wall(Phase::execute)) /
                      static_cast<double>(std::max<std::uint64_t>(record.transactions(), 1));
    return {
        Limit::execution,
        fmt::format("Execution limited this run: execute took {} of the block time, {:.0f} ns a "
                    "transaction.",
                    percent(shares.of(Phase::execute)), ns)};
}

Limiter by_merkleize(const RunRecord& record, const Shares& shares) {
    const std::string share = percent(shares.of(Phase::merkleize));
    const auto floor = record.hash_floor_ns();
    if (!floor) {
        return {Limit::merkleize,
                fmt::format("Computing the root limited this run: merkleize took {} of the block "
                            "time; the backend counts no hash permutations, so it cannot be said "
                            "how much of it is hashing.",
                            share)};
    }
    const double explained = *floor / static_cast<double>(shares.totals.wall(Phase::merkleize));
    const std::string evidence = fmt::format(
        "{} permutations x {:.0f} ns explain {} of it", *record.counter("hash_permutations"),
        *record.hash_permutation_ns(), percent(std::min(explained, 1.0)));
    if (explained >= kHalf) {
        return {Limit::hashing,
                fmt::format("Hashing limited this run: merkleize took {} of the block "
                            "time, and {}.",
                            share, evidence)};
    }
    return {Limit::merkleize,
            fmt::format("Computing the root limited this run, but not the hash "
                        "function: merkleize took {} of the block time, and only {}.",
                        share, evidence)};
}

/// Of a phase whose CPU time is far below its wall time: was the CPU taken away by others?
std::optional<Limiter> by_disturbance(const RunRecord& record, const Shares& shares, Phase phase) {
    const std::uint64_t taken =
        record.process_after.involuntary_switches - record.process_before.involuntary_switches;
    const std::uint64_t waited =
        record.process_after.voluntary_switches - record.process_before.voluntary_switches;
    if (taken <= waited) {
        return std::nullopt;
    }
    return Limiter{
        Limit::disturbed,
        fmt::format("Other programs on this machine limited this run: {} took {} of the block time "
                    "with the CPU at it for only {} of that, and {} of {} context switches were "
                    "involuntary.",
                    kPhaseNames[static_cast<std::size_t>(phase)], percent(shares.of(phase)),
                    percent(shares.busy(phase)), taken, taken + waited)};
}

Limiter by_stage(const RunRecord& record, const Shares& shares) {
    const std::string share = percent(shares.of(Phase::stage));
    const std::string nodes = a_block(record, "nodes_loaded", "nodes loaded");
    if (shares.busy(Phase::stage) < kHalf) {
        if (auto disturbed = by_disturbance(record, shares, Phase::stage)) {
            return *disturbed;
        }
        return {
            Limit::loading_waits,
            fmt::format("Waiting for reads limited this run: stage took {} of the block time{}, "
                        "with the CPU busy for only {} of it.",
                        share, nodes, percent(shares.busy(Phase::stage)))};
    }
    const bool loads = record.counter("nodes_loaded").value_or(0) > 0;
    return {Limit::loading_works,
            fmt::format("{} limited this run: stage took {} of the block time{}, with the CPU busy "
                        "for {} of it.",
                        loads ? "Loading nodes" : "Applying changes in memory", share, nodes,
                        percent(shares.busy(Phase::stage)))};
}

Limiter by_persist(const RunRecord& record, const Shares& shares) {
    const std::string share = percent(shares.of(Phase::persist));
    if (shares.busy(Phase::persist) < kHalf) {
        if (auto disturbed = by_disturbance(record, shares, Phase::persist)) {
            return *disturbed;
        }
        return {Limit::sync,
                fmt::format("Waiting for the disk limited this run: persist took {} of the block "
                            "time{}, with the CPU busy for only {} of it.",
                            share, a_block(record, "store_syncs", "syncs"),
                            percent(shares.busy(Phase::persist)))};
    }
    return {
        Limit::writing,
        fmt::format("Writing limited this run: persist took {} of the block time{}, with the CPU "
                    "busy for {} of it.",
                    share, a_block(record, "nodes_written", "nodes written"),
                    percent(shares.busy(Phase::persist)))};
}

Limiter by_none(const Shares& shares) {
    std::array<std::size_t, kPhases> order{0, 1, 2, 3};
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return shares.totals.wall_ns[a] > shares.totals.wall_ns[b];
    });
    return {
        Limit::shared,
        fmt::format("No single span limited this run: {} took {} of the block time and {} {}.",
                    kPhaseNames[order[0]], percent(shares.of(shares.totals.wall_ns[order[0]])),
                    kPhaseNames[order[1]], percent(shares.of(shares.totals.wall_ns[order[1]])))};
}

}  // namespace

std::string_view limit_name(Limit limit) noexcept {
    switch (limit) {
        case Limit::nothing_measured:
            return "nothing_measured";
        case Limit::execution:
            return "execution";
        case Limit::hashing:
            return "hashing";
        case Limit::merkleize:
            return "merkleize";
        case Limit::loading_waits:
            return "loading_waits";
        case Limit::loading_works:
            return "loading_works";
        case Limit::sync:
            return "sync";
        case Limit::writing:
            return "writing";
        case Limit::disturbed:
            return "disturbed";
        case Limit::harness:
            return "harness";
        case Limit::shared:
            break;
    }
    return "shared";
}

Limiter find_limiter(const RunRecord& record) {
    const BlockSpans totals = record.totals();
    if (totals.total_ns == 0) {
        return {Limit::nothing_measured, "Nothing was measured."};
    }
    const Shares shares(totals);
    if (shares.of(totals.other_ns()) > kHalf) {
        return {Limit::harness,
                fmt::format("The harness measured itself: {} of the block time lies between the "
                            "spans; make the blocks larger.",
                            percent(shares.of(totals.other_ns())))};
    }
    if (shares.of(Phase::execute) > kHalf) {
        return by_execution(record, shares);
    }
    if (shares.of(Phase::merkleize) > kHalf) {
        return by_merkleize(record, shares);
    }
    if (shares.of(Phase::stage) > kHalf) {
        return by_stage(record, shares);
    }
    if (shares.of(Phase::persist) > kHalf) {
        return by_persist(record, shares);
    }
    return by_none(shares);
}

}  // namespace commitbench
