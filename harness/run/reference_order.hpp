// SPDX-License-Identifier: Apache-2.0
// What the reference process is asked to do, and the doing of it.
#pragma once

#include "harness/run/cell.hpp"

#include <cstdio>
#include <filesystem>
#include <string>

namespace commitbench {

/// Execute blocks 1..blocks with the reference executor.
struct ReferenceOrder {
    std::uint64_t blocks = 0;
    std::string scheme;               ///< roots of this scheme, too; empty: none
    std::filesystem::path ledger;     ///< extend (or make) this file; empty: leave the ledger alone
    bool record_results = false;      ///< write each block's result into the recording
    bool record_access_sets = false;  ///< after it, what its transactions touched
    std::uint64_t first_recorded = 1;  ///< both from this block on
};

/// Makes workload and executor of `request` anew. `recording` is written from where it stands, and
/// synced, so that nothing is left for the disk to do while the run is measured.
Status carry_out(const ReferenceOrder& order, const RunRequest& request, std::FILE* recording);

}  // namespace commitbench
