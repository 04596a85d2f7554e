// SPDX-License-Identifier: Apache-2.0
// The table of a run, for people.
#pragma once

#include "harness/run/record.hpp"

#include <string>

namespace commitbench {

struct TableStyle {
    bool unicode = true;   ///< bars of block characters; else '#'
    bool meanings = true;  ///< ends with what each span means
};

/// Throughput, spans with share and bar, counters per block and per transaction, what limited the
/// run, the meaning of each span, the ledger's verdict. Several lines, each ended by a newline. No
/// trailing spaces.
[[nodiscard]] std::string render_table(const RunRecord& record, TableStyle style = {});

/// What each span means, a line each.
[[nodiscard]] std::string render_meanings();

}  // namespace commitbench
