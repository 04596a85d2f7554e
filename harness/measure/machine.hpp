// SPDX-License-Identifier: Apache-2.0
// Facts about the machine that a result depends on. Reads only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace commitbench {

/// Where a folder's bytes end up.
struct StorageFacts {
    std::string mount_point;
    std::string file_system;    ///< "ext4", "tmpfs"; empty where unknown
    std::string mount_options;  ///< as in /proc/self/mountinfo, both columns joined
    std::string device;         ///< "/dev/vda"
    std::string device_model;   ///< /sys/block/…/device/model; empty where unknown
    std::optional<bool> rotational;
    std::optional<std::uint64_t> free_bytes;
    std::optional<bool>
        direct_io;  ///< O_DIRECT opens a file there; nullopt where it cannot be tried
};

/// What a container allows; nullopt means no limit, or none that could be found.
struct CgroupLimits {
    std::optional<double> cpus;  ///< quota / period
    std::optional<std::uint64_t> memory_bytes;
};

struct MachineFacts {
    std::string cpu_model;
    std::string microcode;
    unsigned logical_cores = 0;
    unsigned physical_cores = 0;            ///< 0 where unknown
    unsigned usable_cores = 0;              ///< in this process's affinity mask
    std::vector<std::string> cpu_features;  ///< that hashing and engines use, as in /proc/cpuinfo
    std::string governor;  ///< empty where the kernel does not tell (virtual machines)
    std::string clock_source;
    std::string kernel;
    std::string host;
    std::string virtualization;  ///< "hypervisor", "container", "" for none seen
    std::uint64_t memory_bytes = 0;
    std::uint64_t available_bytes = 0;
    CgroupLimits limits;
};

[[nodiscard]] MachineFacts machine_facts();
/// `directory` must exist.
[[nodiscard]] StorageFacts storage_facts(const std::filesystem::path& directory);

}  // namespace commitbench
