// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/machine.hpp"

#include "harness/measure/cgroup.hpp"
#include "harness/measure/mount_table.hpp"
#include "harness/measure/proc_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <set>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

/// What hashing and key-value engines use where it is there (names as in /proc/cpuinfo).
constexpr std::array<std::string_view, 12> kWatchedCpuFeatures{
    "sse4_2", "pclmulqdq", "aes",      "sha_ni",   "bmi2",         "avx2",
    "vaes",   "avx512f",   "avx512bw", "avx512vl", "avx512_vbmi2", "avx512ifma"};

std::string text_of(const fs::path& file) {
    return read_text(file).value_or("");
}

unsigned count_physical_cores() {
    std::set<std::pair<std::string, std::string>> cores;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/sys/devices/system/cpu", error)) {
        const fs::path topology = entry.path() / "topology";
        const auto core = read_text(topology / "core_id");
        const auto package = read_text(topology / "physical_package_id");
        if (core && package) {
            cores.emplace(*package, *core);
        }
    }
    return static_cast<unsigned>(cores.size());
}

unsigned count_usable_cores(unsigned fallback) {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (sched_getaffinity(0, sizeof mask, &mask) != 0) {
        return fallback;  // more CPUs than the mask holds
    }
    return static_cast<unsigned>(CPU_COUNT(&mask));
}

std::optional<bool> try_direct_io(const fs::path& directory) {
    const int file = open(directory.c_str(), O_TMPFILE | O_RDWR | O_DIRECT | O_CLOEXEC, 0600);
    if (file >= 0) {
        close(file);
        return true;
    }
    if (errno == EINVAL) {
        return false;
    }
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT) {
        return std::nullopt;
    }
    // A file system without unnamed files: a named one, unlinked at once.
    std::string name = (directory / ".direct-io-XXXXXX").native();
    const int named = mkostemp(name.data(), O_CLOEXEC | O_DIRECT);
    const int reason = errno;
    if (named >= 0) {
        close(named);
    }
    unlink(name.c_str());
    return named >= 0 ? std::optional(true)
                      : (reason == EINVAL ? std::optional(false) : std::nullopt);
}

std::string find_virtualization(const std::string& cpuinfo) {
    for (const std::string_view word : split_words(cpuinfo)) {
        if (word == "hypervisor") {
            return "hypervisor";
        }
    }
    std::error_code error;
    return fs::exists("/.dockerenv", error) || fs::exists("/run/.containerenv", error) ? "container"
                                                                                       : "";
}

}  // namespace

MachineFacts machine_facts() {
    MachineFacts facts;
    const std::string cpuinfo = text_of("/proc/cpuinfo");
    facts.cpu_model = find_field(cpuinfo, "model name").value_or("");
    facts.microcode = find_field(cpuinfo, "microcode").value_or("");
    facts.logical_cores = static_cast<unsigned>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
    facts.physical_cores = count_physical_cores();
    facts.usable_cores = count_usable_cores(facts.logical_cores);
    const std::string flags = find_field(cpuinfo, "flags").value_or("");
    const auto words = split_words(flags);
    for (const std::string_view feature : kWatchedCpuFeatures) {
        if (std::ranges::find(words, feature) != words.end()) {
            facts.cpu_features.emplace_back(feature);
        }
    }
    facts.governor = text_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    facts.clock_source =
        text_of("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    utsname names{};
    if (uname(&names) == 0) {
        facts.kernel = std::string(names.sysname) + " " + names.release;
        facts.host = names.nodename;
    }
    facts.virtualization = find_virtualization(cpuinfo);
    const std::string meminfo = text_of("/proc/meminfo");
    facts.memory_bytes = find_kilobytes(meminfo, "MemTotal").value_or(0);
    facts.available_bytes = find_kilobytes(meminfo, "MemAvailable").value_or(0);
    facts.limits = cgroup_limits(parse_mount_table(text_of("/proc/self/mountinfo")),
                                 text_of("/proc/self/cgroup"));
    return facts;
}

StorageFacts storage_facts(const fs::path& directory) {
    StorageFacts facts;
    std::error_code error;
    const fs::path path = fs::canonical(directory, error);
    if (error) {
        return facts;
    }
    if (const auto mount = find_mount(parse_mount_table(text_of("/proc/self/mountinfo")), path)) {
        facts.mount_point = mount->point;
        facts.file_system = mount->file_system;
        facts.mount_options = mount->options;
        facts.device = mount->source;
        // A partition's folder lies inside its disk's.
        const fs::path device = fs::canonical("/sys/dev/block/" + mount->device_number, error);
        if (!error) {
            const fs::path disk =
                fs::exists(device / "partition", error) ? device.parent_path() : device;
            facts.device_model = text_of(disk / "device/model");
            if (const auto rotational = read_text(disk / "queue/rotational")) {
                facts.rotational = *rotational == "1";
            }
        }
    }
    struct statvfs space {};
    if (statvfs(path.c_str(), &space) == 0) {
        facts.free_bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
    }
    facts.direct_io = try_direct_io(path);
    return facts;
}

}  // namespace commitbench
