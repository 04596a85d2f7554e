// SPDX-License-Identifier: Apache-2.0
// Placement: which worker sits on which core.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace commitbench {

/// A processing unit, what Linux calls a CPU: a core, or one thread of a core that has several.
struct ProcessingUnit {
    unsigned core = 0;    ///< counted through the machine, neighbours next to each other
    unsigned number = 0;  ///< the kernel's, as taskset takes it
};

/// Those that this process may use (its affinity mask, which lies within its cgroup's), in the
/// order in which workers get them: one of every core, then the second of every core that has one,
/// and so on. Empty where the system does not tell.
[[nodiscard]] std::vector<ProcessingUnit> usable_processing_units();

/// The same of a machine in hwloc's synthetic notation ("package:2 core:4 pu:2") on which only
/// `allowed` may be used; all of them where it is empty.
[[nodiscard]] std::vector<ProcessingUnit> processing_units_of(const std::string& machine,
                                                              const std::vector<unsigned>& allowed);

struct Placement {
    std::vector<ProcessingUnit> seats;  ///< by worker; empty where nobody is pinned
    std::string why_not;                ///< where nobody is: the reason

    [[nodiscard]] bool pinned() const noexcept { return !seats.empty(); }
    /// "worker 0: core 0 (pu 0), worker 1: core 1 (pu 1); pinned", or "not pinned: …"
    [[nodiscard]] std::string text() const;
};

/// Worker i on the i-th of `units`. One worker, or more of them than units, stay where the kernel
/// puts them.
[[nodiscard]] Placement place_workers(std::uint32_t workers,
                                      const std::vector<ProcessingUnit>& units);

}  // namespace commitbench
