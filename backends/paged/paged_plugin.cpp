// SPDX-License-Identifier: Apache-2.0
// The backend once more, as a plug-in: what the border costs is the difference (scripts/abi_cost).
#include "backends/paged/paged_backend.hpp"
#include "harness/plugin/export_backend.hpp"

COMMITBENCH_EXPORT_BACKEND(commitbench::kPagedComponent, COMMITBENCH_VERSION);
