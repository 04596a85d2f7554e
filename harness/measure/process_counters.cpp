// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/process_counters.hpp"

#include "harness/measure/proc_file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace commitbench {
namespace {

std::uint64_t to_ns(const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(time.tv_usec) * 1'000U;
}

std::optional<std::uint64_t> find_number(const std::optional<std::string>& text,
                                         std::string_view key) {
    const auto field = text ? find_field(*text, key) : std::nullopt;
    return field ? leading_number(*field) : std::nullopt;
}

}  // namespace

ProcessCounters sample_process_counters() {
    ProcessCounters counters;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    counters.user_cpu_ns = to_ns(usage.ru_utime);
    counters.system_cpu_ns = to_ns(usage.ru_stime);
    counters.minor_faults = static_cast<std::uint64_t>(usage.ru_minflt);
    counters.major_faults = static_cast<std::uint64_t>(usage.ru_majflt);
    counters.voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw);
    counters.involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw);

    const auto io = read_text("/proc/self/io");
    counters.device_read_bytes = find_number(io, "read_bytes");
    counters.device_write_bytes = find_number(io, "write_bytes");
    if (const auto status = read_text("/proc/self/status")) {
        counters.peak_rss_bytes = find_kilobytes(*status, "VmHWM");
        counters.rss_anon_bytes = find_kilobytes(*status, "RssAnon");
        counters.rss_file_bytes = find_kilobytes(*status, "RssFile");
    }
    return counters;
}

bool reset_peak_rss() {
    // "5": proc(5), /proc/pid/clear_refs, since Linux 4.0.
    const int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    const bool done = write(file, "5", 1) == 1;
    close(file);
    return done;
}

}  // namespace commitbench
