// SPDX-License-Identifier: Apache-2.0
#include "harness/run/facts_json.hpp"

namespace commitbench {

using Json = nlohmann::ordered_json;

Json facts_json(const MachineFacts& machine) {
    return {{"cpu_model", machine.cpu_model},
            {"microcode", machine.microcode},
            {"logical_cores", machine.logical_cores},
            {"physical_cores", machine.physical_cores},
            {"usable_cores", machine.usable_cores},
            {"cpu_features", machine.cpu_features},
            {"governor", machine.governor},
            {"clock_source", machine.clock_source},
            {"kernel", machine.kernel},
            {"host", machine.host},
            {"virtualization", machine.virtualization},
            {"memory_bytes", machine.memory_bytes},
            {"available_bytes", machine.available_bytes},
            {"cgroup_cpus", optional_of(machine.limits.cpus)},
            {"cgroup_memory_bytes", optional_of(machine.limits.memory_bytes)}};
}

Json facts_json(const StorageFacts& storage) {
    return {{"mount_point", storage.mount_point},
            {"file_system", storage.file_system},
            {"mount_options", storage.mount_options},
            {"device", storage.device},
            {"device_model", storage.device_model},
            {"rotational", optional_of(storage.rotational)},
            {"free_bytes", optional_of(storage.free_bytes)},
            {"direct_io", optional_of(storage.direct_io)}};
}

Json facts_json(const BuildFacts& build) {
    Json libraries = Json::array();
    for (const LibraryFacts& library : build.libraries) {
        libraries.push_back({{"name", library.name},
                             {"version", library.version},
                             {"package", library.package},
                             {"release", optional_of(library.release)},
                             {"evidence", library.evidence}});
    }
    return {{"version", build.version},       {"git_revision", build.git_revision},
            {"git_dirty", build.git_dirty},   {"compiler", build.compiler},
            {"flags", build.flags},           {"build_type", build.build_type},
            {"sanitizers", build.sanitizers}, {"assertions", build.assertions},
            {"optimized", build.optimized},   {"libraries", std::move(libraries)}};
}

}  // namespace commitbench
