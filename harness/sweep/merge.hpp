// SPDX-License-Identifier: Apache-2.0
// Merging: the shards of one sweep, joined into one folder.
#pragma once

#include "harness/core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace commitbench::sweep {

struct MergeSummary {
    std::uint64_t lines = 0;
    std::vector<std::string>
        repeated;  ///< "cell … repetition …": in more than one folder, kept once
    std::vector<std::string> hosts;  ///< that the runs come from, each once
};

/// Writes OUT/runs.jsonl, the lines of all folders byte for byte in the order given, and
/// OUT/manifest.json, which has the sessions of all. The same line in two folders is kept once.
/// bad_input: OUT holds anything already; a folder has no sweep, or one of another plan; two
/// folders have different good runs of one cell and repetition (a shard was run twice) unless
/// `keep_first`. Lines that are cut off or damaged are refused, as RunLog::open does.
[[nodiscard]] Result<MergeSummary> merge_sweeps(const std::filesystem::path& out,
                                                const std::vector<std::filesystem::path>& folders,
                                                bool keep_first);

}  // namespace commitbench::sweep
