// SPDX-License-Identifier: Apache-2.0
// What the reference process is asked to do, and the doing of it.
#pragma once

#include "harness/run/cell.hpp"

#include <cstdio>
#include <filesystem>
#include <string>

namespace commitbench {

/// Execute blocks 1..blocks with the reference executor. At most one of the two products may be
/// left out.
struct ReferenceOrder {
    std::uint64_t blocks = 0;
    std::string scheme;            ///< roots of this scheme, too; empty: none
    std::filesystem::path ledger;  ///< extend (or make) this file; empty: leave the ledger alone
    std::uint64_t first_recorded =
        0;  ///< write the results of first..last into the recording; 0: none
    std::uint64_t last_recorded = 0;
};

/// Makes workload and executor of `request` anew. `recording` is written from where it stands, and
/// synced, so that nothing is left for the disk to do while the run is measured.
Status carry_out(const ReferenceOrder& order, const RunRequest& request, std::FILE* recording);

}  // namespace commitbench
