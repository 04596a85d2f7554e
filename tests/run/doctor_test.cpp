// SPDX-License-Identifier: Apache-2.0
// Every verdict of the doctor, on machines that are made up.
#include "harness/measure/doctor_findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;
using enum CheckState;

/// A machine on which nothing disturbs.
DoctorFindings quiet_machine() {
    DoctorFindings seen;
    seen.machine.governor = "performance";
    seen.machine.clock_source = "tsc";
    seen.machine.logical_cores = 4;
    seen.machine.physical_cores = 4;
    seen.machine.cpu_features = {"bmi2", "sha_ni", "avx512f"};
    seen.machine.memory_bytes = std::uint64_t{16} << 30;
    seen.machine.available_bytes = std::uint64_t{8} << 30;
    seen.storage.file_system = "ext4";
    seen.storage.mount_options = "rw,relatime";
    seen.storage.mount_point = "/data";
    seen.storage.direct_io = true;
    seen.build.optimized = true;
    seen.build.libraries = {{"rocksdb", "7", "", false, true, "e"}};
    seen.directory = "/data/x";
    seen.memory_budget = std::uint64_t{1} << 30;
    seen.no_turbo = "1";
    seen.smt_active = "0";
    seen.huge_pages = "always [madvise] never";
    seen.swap_bytes = 0;
    seen.address_layout = "2";
    seen.load_average = 0.1;
    seen.perf_paranoid = "2";
    seen.throttle_count = 0;
    seen.io_uring_error = 0;
    seen.work_ns = std::vector<double>(30, 1000.0);
    return seen;
}

DoctorCheck verdict(const DoctorFindings& seen, std::string_view name) {
    for (const DoctorCheck& check : judge(seen)) {
        if (check.name == name) {
            return check;
        }
    }
    ADD_FAILURE() << "no check is called " << name;
    return {};
}

TEST(Doctor, AQuietMachinePassesEveryCheck) {
    for (const DoctorCheck& check : judge(quiet_machine())) {
        EXPECT_EQ(check.state, ok) << check.name << ": " << check.found;
        EXPECT_FALSE(check.why.empty()) << check.name;
        EXPECT_FALSE(check.found.empty()) << check.name;
    }
}

TEST(Doctor, WhatTheKernelDoesNotTellIsUnknown) {
    const DoctorFindings nothing;
    for (const char* name :
         {"governor", "turbo", "smt", "transparent_huge_pages", "swap", "aslr", "load_average",
          "free_memory", "file_system", "mount_options", "direct_io", "io_uring",
          "perf_event_paranoid", "frequency_steadiness", "thermal_throttling", "clock_source"}) {
        EXPECT_EQ(verdict(nothing, name).state, unknown) << name;
    }
}

struct Disturbance {
    const char* name;
    void (*cause)(DoctorFindings&);
    const char* command;  ///< part of the command that would change it
};

class DoctorWarns : public ::testing::TestWithParam<Disturbance> {};

TEST_P(DoctorWarns, AndNamesTheCommand) {
    DoctorFindings seen = quiet_machine();
    GetParam().cause(seen);
    const DoctorCheck check = verdict(seen, GetParam().name);
    EXPECT_EQ(check.state, warn) << check.found;
    EXPECT_THAT(check.command, HasSubstr(GetParam().command));
    for (const DoctorCheck& other : judge(seen)) {
        EXPECT_TRUE(other.name == check.name || other.state == ok) << other.name;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Every,
    DoctorWarns,
    ::testing::Values(
        Disturbance{"governor", [](auto& s) { s.machine.governor = "powersave"; }, "cpupower"},
        Disturbance{"turbo", [](auto& s) { s.no_turbo = "0"; }, "no_turbo"},
        Disturbance{"turbo",
                    [](auto& s) {
                        s.no_turbo.reset();
                        s.boost = "1";
                    },
                    "cpufreq/boost"},
        Disturbance{"smt", [](auto& s) { s.smt_active = "1"; }, "smt/control"},
        Disturbance{"transparent_huge_pages",
                    [](auto& s) { s.huge_pages = "[always] madvise never"; }, "madvise"},
        Disturbance{"swap", [](auto& s) { s.swap_bytes = 1 << 30; }, "swapoff"},
        Disturbance{"aslr", [](auto& s) { s.address_layout = "0"; }, "randomize_va_space=2"},
        Disturbance{"load_average", [](auto& s) { s.load_average = 0.6; }, "top"},
        Disturbance{"free_memory", [](auto& s) { s.memory_budget = std::uint64_t{5} << 30; },
                    "--memory"},
        Disturbance{"file_system", [](auto& s) { s.storage.file_system = "tmpfs"; }, "--dir"},
        Disturbance{"file_system", [](auto& s) { s.storage.file_system = "fuse.sshfs"; }, "--dir"},
        Disturbance{"mount_options", [](auto& s) { s.storage.mount_options = "rw,discard"; },
                    "remount,nodiscard /data"},
        Disturbance{"mount_options",
                    [](auto& s) { s.storage.mount_options = "rw,nobarrier,strictatime"; },
                    "remount,barrier,relatime"},
        Disturbance{"direct_io", [](auto& s) { s.storage.direct_io = false; }, "--dir"},
        Disturbance{"io_uring", [](auto& s) { s.io_uring_error = 1; }, "io_uring_disabled=0"},
        Disturbance{"perf_event_paranoid", [](auto& s) { s.perf_paranoid = "3"; },
                    "perf_event_paranoid=2"},
        Disturbance{"cpu_quota", [](auto& s) { s.machine.limits.cpus = 1.5; }, "--cpus"},
        Disturbance{"memory_cap", [](auto& s) { s.machine.limits.memory_bytes = 1 << 30; },
                    "--memory"},
        Disturbance{"frequency_steadiness",
                    [](auto& s) { std::fill_n(s.work_ns.begin(), 5, 1040.0); }, "top"},
        Disturbance{"thermal_throttling", [](auto& s) { s.throttle_count = 3; }, ""},
        Disturbance{"cpu_features", [](auto& s) { s.machine.cpu_features = {"bmi2"}; }, ""},
        Disturbance{"clock_source", [](auto& s) { s.machine.clock_source = "hpet"; }, "tsc"},
        Disturbance{"build", [](auto& s) { s.build.assertions = true; }, "--preset release"},
        Disturbance{"build", [](auto& s) { s.build.sanitizers = "address"; }, "--preset release"},
        Disturbance{"library_rocksdb", [](auto& s) { s.build.libraries[0].release = false; },
                    "build rocksdb"}));

TEST(Doctor, OneSlowSampleIsNoUnsteadyClock) {
    DoctorFindings seen = quiet_machine();
    seen.work_ns[3] = 5000;  // an interrupt
    EXPECT_EQ(verdict(seen, "frequency_steadiness").state, ok);
}

TEST(Doctor, HeaderOnlyLibrariesAreTheBuildsMatter) {
    DoctorFindings seen = quiet_machine();
    seen.build.libraries.push_back({"CLI11", "2", "", true, false, "e"});
    for (const DoctorCheck& check : judge(seen)) {
        EXPECT_NE(check.name, "library_CLI11");
    }
}

TEST(Doctor, LooksAtThisMachine) {
    const auto checks = run_doctor({"/", std::uint64_t{64} << 20});
    EXPECT_GE(checks.size(), 20U);
    for (const DoctorCheck& check : checks) {
        EXPECT_TRUE(check.state == warn || check.command.empty())
            << check.name << " has a command and nothing to change";
    }
}

}  // namespace
}  // namespace commitbench::testing
