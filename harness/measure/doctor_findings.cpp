// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/doctor_findings.hpp"

#include "harness/measure/proc_file.hpp"
#include "harness/measure/span.hpp"

#include <cerrno>
#include <cstdlib>
#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace commitbench {
namespace {

constexpr int kWorkSamples = 30;
constexpr std::uint64_t kWorkSteps =
    1'000'000;  // some 2 ms: a scheduler's tick or two fit in all samples

/// A chain of dependent multiplications: its time is the clock frequency and nothing else.
std::vector<double> time_fixed_work() {
    std::vector<double> samples;
    std::uint64_t x = 1;
    for (int sample = 0; sample < kWorkSamples; ++sample) {
        const std::uint64_t start = steady_now_ns();
        for (std::uint64_t step = 0; step < kWorkSteps; ++step) {
            x = x * 0x9e3779b97f4a7c15ULL + step;
        }
        // The result is used, as far as the compiler knows: the loop may not be dropped.
        asm volatile("" : "+r"(x));
        samples.push_back(static_cast<double>(steady_now_ns() - start));
    }
    return samples;
}

int try_io_uring() {
    io_uring_params parameters{};
    const long file = syscall(__NR_io_uring_setup, 1, &parameters);
    if (file < 0) {
        return errno;
    }
    close(static_cast<int>(file));
    return 0;
}

std::optional<double> read_load_average() {
    const auto text = read_text("/proc/loadavg");
    return text ? std::optional(std::strtod(text->c_str(), nullptr)) : std::nullopt;
}

}  // namespace

DoctorFindings look_around(const DoctorRequest& request) {
    DoctorFindings findings;
    findings.load_average = read_load_average();  // before we add to it
    findings.machine = machine_facts();
    findings.storage = storage_facts(request.directory);
    findings.build = build_facts();
    findings.directory = request.directory.native();
    findings.memory_budget = request.memory_budget;
    findings.no_turbo = read_text("/sys/devices/system/cpu/intel_pstate/no_turbo");
    findings.boost = read_text("/sys/devices/system/cpu/cpufreq/boost");
    findings.smt_active = read_text("/sys/devices/system/cpu/smt/active");
    findings.huge_pages = read_text("/sys/kernel/mm/transparent_hugepage/enabled");
    findings.address_layout = read_text("/proc/sys/kernel/randomize_va_space");
    findings.perf_paranoid = read_text("/proc/sys/kernel/perf_event_paranoid");
    if (const auto meminfo = read_text("/proc/meminfo")) {
        findings.swap_bytes = find_kilobytes(*meminfo, "SwapTotal");
    }
    if (const auto count =
            read_text("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count")) {
        findings.throttle_count = leading_number(*count);
    }
    findings.io_uring_error = try_io_uring();
    findings.work_ns = time_fixed_work();
    return findings;
}

}  // namespace commitbench
