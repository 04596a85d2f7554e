// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/doctor.hpp"

#include "harness/core/options.hpp"
#include "harness/measure/doctor_findings.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace commitbench {
namespace {

using enum CheckState;

/// More than this, between the fast and the slow tenth of equal pieces of work, is not a steady
/// clock.
constexpr double kSteadyWorkPercent = 3.0;
/// Someone else's share of the machine that is too much, in runnable threads.
constexpr double kQuietLoad = 0.5;

DoctorCheck check(std::string name,
                  CheckState state,
                  std::string found,
                  std::string why,
                  std::string command = "") {
    return {std::move(name), state, std::move(found), std::move(why), std::move(command)};
}

DoctorCheck judge_governor(const DoctorFindings& seen) {
    const std::string& governor = seen.machine.governor;
    return check("governor",
                 governor.empty()            ? unknown
                 : governor == "performance" ? ok
                                             : warn,
                 governor.empty() ? "the kernel shows none (usual in a virtual machine)" : governor,
                 "another governor changes the CPU frequency while a run is measured",
                 governor.empty() || governor == "performance"
                     ? ""
                     : "sudo cpupower frequency-set -g performance");
}

DoctorCheck judge_turbo(const DoctorFindings& seen) {
    const std::string why = "turbo gives the first, cool runs a higher clock than the later ones";
    if (seen.no_turbo) {
        return *seen.no_turbo == "1" ? check("turbo", ok, "off", why)
                                     : check("turbo", warn, "on", why,
                                             "echo 1 | sudo tee "
                                             "/sys/devices/system/cpu/intel_pstate/no_turbo");
    }
    if (seen.boost) {
        return *seen.boost == "0"
                   ? check("turbo", ok, "off", why)
                   : check("turbo", warn, "on", why,
                           "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost");
    }
    return check("turbo", unknown, "the kernel does not tell", why);
}

DoctorCheck judge_smt(const DoctorFindings& seen) {
    const std::string why =
        "two threads of one core share its units: a second thread is not a "
        "second core";
    if (!seen.smt_active) {
        return check("smt", unknown, "the kernel does not tell", why);
    }
    return *seen.smt_active == "1"
               ? check("smt", warn,
                       fmt::format("on: {} logical, {} physical cores", seen.machine.logical_cores,
                                   seen.machine.physical_cores),
                       why, "echo off | sudo tee /sys/devices/system/cpu/smt/control")
               : check("smt", ok, "off", why);
}

DoctorCheck judge_huge_pages(const DoctorFindings& seen) {
    const std::string why =
        "'always' makes resident memory larger than what was asked for and "
        "lets the kernel compact memory during a run";
    if (!seen.huge_pages) {
        return check("transparent_huge_pages", unknown, "the kernel does not tell", why);
    }
    const bool always = seen.huge_pages->find("[always]") != std::string::npos;
    return check(
        "transparent_huge_pages", always ? warn : ok, *seen.huge_pages, why,
        always ? "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled" : "");
}

DoctorCheck judge_swap(const DoctorFindings& seen) {
    const std::string why = "memory that was swapped out turns a memory access into a disk read";
    if (!seen.swap_bytes) {
        return check("swap", unknown, "the kernel does not tell", why);
    }
    return *seen.swap_bytes == 0
               ? check("swap", ok, "off", why)
               : check("swap", warn, format_size(*seen.swap_bytes), why, "sudo swapoff -a");
}

DoctorCheck judge_address_layout(const DoctorFindings& seen) {
    const std::string why =
        "each run is a process of its own: random addresses spread the luck of "
        "one memory layout over the runs, a fixed layout favours a cell every "
        "time";
    if (!seen.address_layout) {
        return check("aslr", unknown, "the kernel does not tell", why);
    }
    return *seen.address_layout == "2" ? check("aslr", ok, "full", why)
                                       : check("aslr", warn, "level " + *seen.address_layout, why,
                                               "sudo sysctl kernel.randomize_va_space=2");
}

DoctorCheck judge_load(const DoctorFindings& seen) {
    const std::string why = "other programs take CPU, caches and disk from the run";
    if (!seen.load_average) {
        return check("load_average", unknown, "the kernel does not tell", why);
    }
    return check(
        "load_average", *seen.load_average > kQuietLoad ? warn : ok,
        fmt::format("{:.2f} runnable threads over the last minute", *seen.load_average), why,
        *seen.load_average > kQuietLoad ? "top   # find out who, and wait or stop it" : "");
}

DoctorCheck judge_memory(const DoctorFindings& seen) {
    const std::uint64_t available = seen.machine.available_bytes;
    const std::string why =
        "a run takes its budget, the kernel's page cache the same again; less "
        "than that turns reads into device reads";
    const std::string have = fmt::format("{} MiB available", available >> 20);
    if (available == 0) {
        return check("free_memory", unknown, "the kernel does not tell", why);
    }
    if (seen.memory_budget == 0) {
        return check("free_memory", ok, have, why);
    }
    const bool tight = available / 2 < seen.memory_budget;
    return check(
        "free_memory", tight ? warn : ok,
        fmt::format("{}, budget {} MiB", have, seen.memory_budget >> 20), why,
        tight ? "commitbench run --memory ...   # a smaller budget, or stop other programs" : "");
}

DoctorCheck judge_file_system(const DoctorFindings& seen) {
    const std::string& type = seen.storage.file_system;
    const std::string why =
        "durability and read times are the file system's: memory, network and "
        "stacked ones are not a node's disk";
    constexpr std::array<std::string_view, 8> kUnfit{"tmpfs", "ramfs", "overlay", "nfs",
                                                     "nfs4",  "cifs",  "9p",      "virtiofs"};
    if (type.empty()) {
        return check("file_system", unknown, "not found", why);
    }
    const bool unfit = std::ranges::find(kUnfit, type) != kUnfit.end() || type.starts_with("fuse");
    return check("file_system", unfit ? warn : ok,
                 fmt::format("{} on {} ({}{})", type, seen.storage.device, seen.directory,
                             seen.storage.rotational.value_or(false) ? ", says it rotates" : ""),
                 why, unfit ? "commitbench run --dir DIR   # on a local disk" : "");
}

DoctorCheck judge_mount_options(const DoctorFindings& seen) {
    const std::string options = "," + seen.storage.mount_options + ",";
    const std::string why =
        "no barriers: a sync does not survive power loss; strictatime: every "
        "read writes; discard: deleting files stalls the device";
    if (seen.storage.mount_options.empty()) {
        return check("mount_options", unknown, "not found", why);
    }
    constexpr std::array<std::string_view, 4> kHarmful{"nobarrier", "barrier=0", "strictatime",
                                                       "discard"};
    std::vector<std::string_view> found;
    for (const std::string_view option : kHarmful) {
        if (options.find("," + std::string(option) + ",") != std::string::npos) {
            found.push_back(option);
        }
    }
    if (found.empty()) {
        return check("mount_options", ok, seen.storage.mount_options, why);
    }
    std::string remedy;
    for (const std::string_view option : found) {
        remedy += remedy.empty() ? "" : ",";
        remedy += option == "strictatime" ? "relatime"
                  : option == "discard"   ? "nodiscard"
                                          : "barrier";
    }
    return check("mount_options", warn, fmt::format("{}", fmt::join(found, ", ")), why,
                 fmt::format("sudo mount -o remount,{} {}", remedy, seen.storage.mount_point));
}

DoctorCheck judge_direct_io(const DoctorFindings& seen) {
    const std::string why =
        "a backend that reads past the kernel's cache must not fall back to it "
        "in silence";
    if (!seen.storage.direct_io) {
        return check("direct_io", unknown, "no file could be made in " + seen.directory, why);
    }
    return *seen.storage.direct_io
               ? check("direct_io", ok, "O_DIRECT works", why)
               : check("direct_io", warn, "O_DIRECT is refused in " + seen.directory, why,
                       "commitbench run --dir DIR   # on ext4 or xfs");
}

DoctorCheck judge_io_uring(const DoctorFindings& seen) {
    const std::string why =
        "without it a backend reads with another queue depth: another experiment";
    if (!seen.io_uring_error) {
        return check("io_uring", unknown, "not tried", why);
    }
    return *seen.io_uring_error == 0
               ? check("io_uring", ok, "permitted", why)
               : check("io_uring", warn,
                       fmt::format("io_uring_setup: {}", std::strerror(*seen.io_uring_error)), why,
                       "sudo sysctl kernel.io_uring_disabled=0   # and the container's seccomp "
                       "profile");
}

DoctorCheck judge_perf(const DoctorFindings& seen) {
    const std::string why = "above 2, no hardware counter (cycles, cache misses) can be read";
    if (!seen.perf_paranoid) {
        return check("perf_event_paranoid", unknown, "the kernel does not tell", why);
    }
    const bool shut = std::atoi(seen.perf_paranoid->c_str()) > 2;
    return check("perf_event_paranoid", shut ? warn : ok, *seen.perf_paranoid, why,
                 shut ? "sudo sysctl kernel.perf_event_paranoid=2" : "");
}

DoctorCheck judge_cpu_quota(const DoctorFindings& seen) {
    const auto& cpus = seen.machine.limits.cpus;
    const std::string why = "a quota stops the process in the middle of a block, for up to 100 ms";
    return cpus ? check("cpu_quota", warn, fmt::format("{:.2f} CPUs", *cpus), why,
                        "start the container without --cpus / CPUQuota")
                : check("cpu_quota", ok, "none", why);
}

DoctorCheck judge_memory_cap(const DoctorFindings& seen) {
    const auto& cap = seen.machine.limits.memory_bytes;
    const std::string why =
        "the cap counts the page cache too: near it, cached files are thrown "
        "out during the run";
    if (!cap || *cap >= seen.machine.memory_bytes) {
        return check("memory_cap", ok, "none", why);
    }
    return check("memory_cap", warn, fmt::format("{} MiB", *cap >> 20), why,
                 "start the container with a larger --memory / MemoryMax");
}

DoctorCheck judge_frequency(const DoctorFindings& seen) {
    const std::string why = "equal work in unequal time: frequency changes, or others on this core";
    if (seen.work_ns.size() < 10) {
        return check("frequency_steadiness", unknown, "not measured", why);
    }
    std::vector<double> sorted = seen.work_ns;
    std::ranges::sort(sorted);
    const double fast = sorted[sorted.size() / 10];
    const double slow = sorted[sorted.size() * 9 / 10];
    const double spread = (slow / fast - 1) * 100;
    return check("frequency_steadiness", spread > kSteadyWorkPercent ? warn : ok,
                 fmt::format("equal work: slow tenth {:.1f} % over fast tenth ({} samples)", spread,
                             sorted.size()),
                 why,
                 spread > kSteadyWorkPercent
                     ? "top   # look for other load; fix the frequency as above"
                     : "");
}

DoctorCheck judge_throttling(const DoctorFindings& seen) {
    const std::string why = "a CPU that was too hot lowered its clock";
    if (!seen.throttle_count) {
        return check("thermal_throttling", unknown, "the kernel does not tell", why);
    }
    return check("thermal_throttling", *seen.throttle_count > 0 ? warn : ok,
                 fmt::format("{} times since boot", *seen.throttle_count), why);
}

DoctorCheck judge_cpu_features(const DoctorFindings& seen) {
    const auto& features = seen.machine.cpu_features;
    const auto has = [&](std::string_view name) {
        return std::ranges::find(features, name) != features.end();
    };
    const bool all = has("bmi2") && has("sha_ni") && has("avx512f");
    return check("cpu_features", all ? ok : warn, fmt::format("{}", fmt::join(features, " ")),
                 all ? "hash functions use them: compare only with machines that have the same"
                     : "BMI2, SHA-NI and AVX-512F are not all there: hashing figures are not "
                       "comparable with machines that have them");
}

DoctorCheck judge_clock(const DoctorFindings& seen) {
    const std::string& source = seen.machine.clock_source;
    const std::string why = "a slow clock source makes each reading of the time a system call";
    constexpr std::array<std::string_view, 5> kFast{
        "tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page", "riscv_clocksource"};
    if (source.empty()) {
        return check("clock_source", unknown, "the kernel does not tell", why);
    }
    const bool fast = std::ranges::find(kFast, source) != kFast.end();
    return check("clock_source", fast ? ok : warn, source, why,
                 fast ? ""
                      : "echo tsc | sudo tee "
                        "/sys/devices/system/clocksource/clocksource0/current_clocksource");
}

DoctorCheck judge_build(const DoctorFindings& seen) {
    const BuildFacts& build = seen.build;
    const bool good = build.optimized && !build.assertions && build.sanitizers.empty();
    return check("build", good ? ok : warn,
                 fmt::format("{}, flags '{}'{}{}{}", build.build_type, build.flags,
                             build.optimized ? "" : ", not optimised",
                             build.assertions ? ", assertions on" : "",
                             build.sanitizers.empty() ? "" : ", sanitizers " + build.sanitizers),
                 "assertions and sanitizers take time that a node would not spend",
                 good ? "" : "cmake --preset release && cmake --build --preset release");
}

DoctorCheck judge_library(const LibraryFacts& library) {
    const std::string version = library.package.empty() ? library.version : library.package;
    const std::string name = "library_" + library.name;
    if (!library.release) {
        return check(name, unknown, version + ": " + library.evidence,
                     fmt::format("whether {} runs its debugging checks", library.name));
    }
    return check(
        name, *library.release ? ok : warn, version + ": " + library.evidence,
        *library.release
            ? fmt::format("{} runs without debugging checks", library.name)
            : fmt::format("{} checks its own invariants on every call: its part of the "
                          "time is an upper bound of what a release build would take",
                          library.name),
        *library.release
            ? ""
            : fmt::format("build {} with -DCMAKE_BUILD_TYPE=Release and link that", library.name));
}

}  // namespace

std::string_view check_state_name(CheckState state) noexcept {
    switch (state) {
        case ok:
            return "ok";
        case warn:
            return "warn";
        case unknown:
            break;
    }
    return "unknown";
}

std::vector<DoctorCheck> judge(const DoctorFindings& seen) {
    std::vector<DoctorCheck> checks{
        judge_governor(seen),       judge_turbo(seen),      judge_frequency(seen),
        judge_throttling(seen),     judge_smt(seen),        judge_cpu_features(seen),
        judge_clock(seen),          judge_huge_pages(seen), judge_swap(seen),
        judge_address_layout(seen), judge_load(seen),       judge_memory(seen),
        judge_cpu_quota(seen),      judge_memory_cap(seen), judge_file_system(seen),
        judge_mount_options(seen),  judge_direct_io(seen),  judge_io_uring(seen),
        judge_perf(seen),           judge_build(seen)};
    for (const LibraryFacts& library : seen.build.libraries) {
        if (!library.header_only) {  // the check "build" speaks for those
            checks.push_back(judge_library(library));
        }
    }
    return checks;
}

std::vector<DoctorCheck> run_doctor(const DoctorRequest& request) {
    return judge(look_around(request));
}

}  // namespace commitbench
