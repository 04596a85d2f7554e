// SPDX-License-Identifier: Apache-2.0
// What the control groups above this process allow, versions 1 and 2 (Linux: admin-guide/cgroup-v1,
// cgroup-v2).
#pragma once

#include "harness/measure/machine.hpp"
#include "harness/measure/mount_table.hpp"

namespace commitbench {

/// `own_groups`: the text of /proc/self/cgroup. A limit of any group on the way up counts; the
/// tightest wins.
[[nodiscard]] CgroupLimits cgroup_limits(const std::vector<Mount>& mounts,
                                         std::string_view own_groups);

}  // namespace commitbench
