// SPDX-License-Identifier: Apache-2.0
// CPU work of a transaction, as an amount and never as a time: the same on every machine and under
// every executor.
#pragma once

#include "harness/core/observer.hpp"

#include <cstdint>

namespace commitbench {

/// Rounds of one unit. A round is one shift, one exclusive-or and one 64-bit multiplication, each
/// waiting for the one before:
///     x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93
/// 5 cycles on current x86-64 and AArch64 cores, so a unit is about 100 ns at 3 GHz. No memory, no
/// branches on data, nothing to run side by side; a bijection, so it cannot be cut short.
inline constexpr std::uint32_t kRoundsPerUnit = 64;

/// Does `units` of work on `value`. The result must go into what the transaction writes or into its
/// receipt, so that no one can leave the work out. 0 units: `value`. Pure; thread-safe.
[[nodiscard]] std::uint64_t work(std::uint64_t units, std::uint64_t value) noexcept;

/// What a unit costs here and now.
struct WorkCalibration {
    double median_ns = 0;  ///< per unit, of the runs' means
    double fastest_ns = 0;
    double slowest_ns = 0;
    int runs = 0;
};

/// Times work() for about 20 ms. A fact for the reader: no workload decides anything by it.
[[nodiscard]] WorkCalibration calibrate_work();

/// The facts every workload gives about its work: units a transaction, calibration, nanoseconds a
/// transaction.
void work_facts(FactVisitor& visitor, std::uint64_t units_per_transaction);

}  // namespace commitbench
