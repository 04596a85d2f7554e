// SPDX-License-Identifier: Apache-2.0
#include "workloads/work_units.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>

namespace commitbench {

std::uint64_t work(std::uint64_t units, std::uint64_t value) noexcept {
    for (; units != 0; --units) {
        for (std::uint32_t round = 0; round < kRoundsPerUnit; ++round) {
            value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93ULL;
        }
    }
    return value;
}

WorkCalibration calibrate_work() {
    using Clock = std::chrono::steady_clock;
    constexpr int kRuns = 11;
    constexpr std::uint64_t kUnits =
        18'000;  // about 1.8 ms a run: long against a clock read, short against a time slice
    std::array<double, kRuns> ns{};
    std::uint64_t value = 1;
    for (double& run : ns) {
        const auto start = Clock::now();
        value = work(kUnits, value);
        const std::chrono::duration<double, std::nano> took = Clock::now() - start;
        run = took.count() / static_cast<double>(kUnits);
    }
    // The chain must not be found to be unused.
    asm volatile("" : : "r"(value));
    std::ranges::sort(ns);
    return {ns[kRuns / 2], ns.front(), ns.back(), kRuns};
}

void work_facts(FactVisitor& visitor, std::uint64_t units_per_transaction) {
    const WorkCalibration unit = calibrate_work();
    visitor.fact("work_unit_ns",
                 fmt::format("{:.1f} (fastest {:.1f}, slowest {:.1f} of {} runs)", unit.median_ns,
                             unit.fastest_ns, unit.slowest_ns, unit.runs),
                 "a unit is 64 rounds of dependent 64-bit operations: an amount, timed here only "
                 "to be read");
    visitor.fact("work_per_transaction",
                 fmt::format("{} units, about {:.0f} ns", units_per_transaction,
                             static_cast<double>(units_per_transaction) * unit.median_ns),
                 "asked for by the option work");
}

}  // namespace commitbench
