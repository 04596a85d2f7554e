// SPDX-License-Identifier: Apache-2.0
// The JSON line of a run.
#pragma once

#include "harness/core/result.hpp"
#include "harness/run/record.hpp"

#include <filesystem>
#include <span>

namespace commitbench {

/// Grows by one where a reader of the old lines would misread the new ones; new fields alone do not
/// count.
inline constexpr int kResultSchemaVersion = 1;
inline constexpr std::string_view kResultFile = "runs.jsonl";

/// A field of the result, in words: what `explain` and the table's footer print.
struct MetricExplanation {
    std::string_view name;
    std::string_view unit;
    std::string_view meaning;
};
[[nodiscard]] std::span<const MetricExplanation> metric_explanations();

/// One line of JSON, no newline. Field order is fixed.
[[nodiscard]] std::string result_line(const RunRecord& record);

/// Makes the folder where it is missing and finds out now whether a line can be appended later.
Status prepare_results(const std::filesystem::path& folder);
/// Appends the line with one write (O_APPEND) and syncs it.
Status append_result(const std::filesystem::path& folder, const std::string& line);

}  // namespace commitbench
