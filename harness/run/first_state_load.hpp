// SPDX-License-Identifier: Apache-2.0
// A workload's first state: into a backend, and what tells two of them apart.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/workload.hpp"
#include "harness/run/interrupt_flag.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/record.hpp"

#include <string>

namespace commitbench {

/// Sorts the state and gives it to the backend; fills `record`, also where that fails. Errors: the
/// backend's and SortedWorkloadState's. INVARIANT: backend.empty().
Status load_first_state(Backend& backend,
                        const Workload& workload,
                        std::uint64_t memory_budget,
                        ProgressSink& progress,
                        InterruptFlag interrupt,
                        LoadRecord& record);

/// Entries that first_state_digest() looks at, at most.
inline constexpr std::uint64_t kDigestEntries = 65536;

/// 32 hex digits (XXH3-128) of the number of keys and of entries spread evenly over all indices,
/// the first and the last thousands among them. Workloads that differ in their blocks alone have
/// equal ones; that two with equal digests really have one state is what the roots are checked for.
/// A few milliseconds.
[[nodiscard]] std::string first_state_digest(const Workload& workload);

}  // namespace commitbench
