// SPDX-License-Identifier: Apache-2.0
#include "harness/run/record.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace commitbench {
namespace {

constexpr std::string_view kPermutations = "hash_permutations";
constexpr std::string_view kPermutationCost = "hash_permutation_ns";

}  // namespace

std::uint64_t RunRecord::transactions() const noexcept {
    std::uint64_t sum = 0;
    for (const BlockRecord& block : blocks) {
        sum += block.transactions;
    }
    return sum;
}

std::uint64_t RunRecord::failed() const noexcept {
    std::uint64_t sum = 0;
    for (const BlockRecord& block : blocks) {
        sum += block.failed;
    }
    return sum;
}

BlockSpans RunRecord::totals() const noexcept {
    BlockSpans sum;
    for (const BlockRecord& block : blocks) {
        sum += block.spans;
    }
    return sum;
}

std::optional<ParallelismRecord> RunRecord::parallelism() const noexcept {
    ParallelismRecord sum;
    for (const BlockRecord& block : blocks) {
        if (!block.parallelism) {
            return std::nullopt;
        }
        sum.transactions += block.parallelism->transactions;
        sum.edges += block.parallelism->edges;
        sum.longest_chain += block.parallelism->longest_chain;
    }
    return blocks.empty() ? std::nullopt : std::optional(sum);
}

double RunRecord::transactions_per_second() const noexcept {
    const std::uint64_t wall_ns = totals().total_ns;
    return wall_ns == 0 ? 0
                        : static_cast<double>(transactions()) * 1e9 / static_cast<double>(wall_ns);
}

std::uint64_t RunRecord::block_percentile_ns(double percent) const {
    if (blocks.empty()) {
        return 0;
    }
    std::vector<std::uint64_t> times;
    for (const BlockRecord& block : blocks) {
        times.push_back(block.spans.total_ns);
    }
    std::ranges::sort(times);
    const double rank = std::ceil(percent / 100 * static_cast<double>(times.size()));
    return times[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

SteadyState RunRecord::steady_state() const {
    SteadyState state;
    const std::size_t count = blocks.size();
    if (count < kSteadyMinimumBlocks || totals().total_ns == 0) {
        return state;
    }
    const auto n = static_cast<double>(count);
    const double mean_x = (n - 1) / 2;
    const double mean_y = static_cast<double>(totals().total_ns) / n;
    double covariance = 0;
    double variance = 0;
    double first_half = 0;
    double second_half = 0;
    const std::size_t half = count / 2;  // of an odd number the middle block is in neither
    for (std::size_t i = 0; i < count; ++i) {
        const double x = static_cast<double>(i) - mean_x;
        const auto y = static_cast<double>(blocks[i].spans.total_ns);
        covariance += x * (y - mean_y);
        variance += x * x;
        first_half += i < half ? y : 0;
        second_half += i >= count - half ? y : 0;
    }
    state.known = true;
    state.slope_percent = covariance / variance * (n - 1) / mean_y * 100;
    state.halves_percent = (second_half / first_half - 1) * 100;
    state.steady = std::abs(state.slope_percent) <= kSteadyLimitPercent &&
                   std::abs(state.halves_percent) <= kSteadyLimitPercent;
    return state;
}

std::optional<std::int64_t> RunRecord::counter(std::string_view name) const {
    const auto found = counters.find(name);
    return found == counters.end() ? std::nullopt : std::optional(found->second);
}

std::optional<double> RunRecord::hash_permutation_ns() const {
    for (const Fact& fact : backend.facts) {
        if (fact.name == kPermutationCost) {
            char* end = nullptr;
            const double cost = std::strtod(fact.value.c_str(), &end);
            return end != fact.value.c_str() && cost > 0 ? std::optional(cost) : std::nullopt;
        }
    }
    // A counter that does not grow: its value at the end is the cost.
    const auto found = counters_at_end.find(kPermutationCost);
    return found == counters_at_end.end() || found->second <= 0
               ? std::nullopt
               : std::optional(static_cast<double>(found->second));
}

std::optional<double> RunRecord::hash_floor_ns() const {
    const auto permutations = counter(kPermutations);
    const auto cost = hash_permutation_ns();
    if (!permutations || !cost || *permutations <= 0) {
        return std::nullopt;
    }
    return static_cast<double>(*permutations) * *cost;
}

std::optional<HashFloorRatios> RunRecord::over_floor() const {
    const auto floor = hash_floor_ns();
    if (!floor) {
        return std::nullopt;
    }
    const BlockSpans spans = totals();
    const auto without = [&](Phase phase, std::string_view witness_ns) {
        return static_cast<double>(spans.wall(phase)) -
               static_cast<double>(counter(witness_ns).value_or(0));
    };
    const double stage = without(Phase::stage, "witness_make_ns");
    const double merkleize = without(Phase::merkleize, "witness_verify_ns");
    const auto persist = static_cast<double>(spans.wall(Phase::persist));
    return HashFloorRatios{.merkleize = merkleize / *floor,
                           .stage_merkleize = (stage + merkleize) / *floor,
                           .commit = (stage + merkleize + persist) / *floor};
}

}  // namespace commitbench
