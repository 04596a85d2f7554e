// SPDX-License-Identifier: Apache-2.0
// DoctorFindings: what was seen, before anyone judges it. Apart from the judging so that every
// verdict can be tested.
#pragma once

#include "harness/measure/build.hpp"
#include "harness/measure/doctor.hpp"
#include "harness/measure/machine.hpp"

#include <optional>
#include <string>
#include <vector>

namespace commitbench {

/// nullopt: this kernel does not tell.
struct DoctorFindings {
    MachineFacts machine;
    StorageFacts storage;
    BuildFacts build;
    std::string directory;
    std::uint64_t memory_budget = 0;              ///< bytes; 0: none named
    std::optional<std::string> no_turbo;          ///< /sys/devices/system/cpu/intel_pstate/no_turbo
    std::optional<std::string> boost;             ///< /sys/devices/system/cpu/cpufreq/boost
    std::optional<std::string> smt_active;        ///< /sys/devices/system/cpu/smt/active
    std::optional<std::string> huge_pages;        ///< /sys/kernel/mm/transparent_hugepage/enabled
    std::optional<std::uint64_t> swap_bytes;      ///< SwapTotal
    std::optional<std::string> address_layout;    ///< /proc/sys/kernel/randomize_va_space
    std::optional<double> load_average;           ///< of the last minute
    std::optional<std::string> perf_paranoid;     ///< /proc/sys/kernel/perf_event_paranoid
    std::optional<std::uint64_t> throttle_count;  ///< thermal_throttle/core_throttle_count of CPU 0
    std::optional<int> io_uring_error;            ///< errno of io_uring_setup, 0 where it worked
    std::vector<double> work_ns;                  ///< the same piece of work, timed again and again
};

[[nodiscard]] DoctorFindings look_around(const DoctorRequest& request);
/// Pure.
[[nodiscard]] std::vector<DoctorCheck> judge(const DoctorFindings& findings);

}  // namespace commitbench
