// SPDX-License-Identifier: Apache-2.0
// What the kernel counts for this process.
#pragma once

#include <cstdint>
#include <optional>

namespace commitbench {

/// All threads together, since the start of the process. Values that the kernel does not give are
/// nullopt.
struct ProcessCounters {
    std::uint64_t user_cpu_ns = 0;
    std::uint64_t system_cpu_ns = 0;
    std::uint64_t minor_faults = 0;  ///< page faults served without the device
    std::uint64_t major_faults = 0;  ///< page faults that waited for the device
    std::uint64_t voluntary_switches = 0;
    std::uint64_t involuntary_switches = 0;
    std::optional<std::uint64_t>
        device_read_bytes;  ///< /proc/self/io read_bytes: fetched from the device
    std::optional<std::uint64_t>
        device_write_bytes;  ///< write_bytes: sent, or to be sent, to the device
    std::optional<std::uint64_t>
        peak_rss_bytes;  ///< VmHWM since the start or the last reset_peak_rss()
    std::optional<std::uint64_t> rss_anon_bytes;  ///< RssAnon now: heap and stacks
    std::optional<std::uint64_t> rss_file_bytes;  ///< RssFile now: mapped files, reclaimable
};

/// Some 30 us: never inside a timed region.
[[nodiscard]] ProcessCounters sample_process_counters();

/// Starts VmHWM anew from the present resident size (/proc/self/clear_refs). False where the kernel
/// refuses.
bool reset_peak_rss();

}  // namespace commitbench
