// SPDX-License-Identifier: Apache-2.0
// Where a run and its reference part: the first key, transaction or tree that differs, in words.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/block.hpp"
#include "harness/core/workload.hpp"

#include <optional>
#include <string>

namespace commitbench {

/// The first key in order whose change differs; nullopt where the diffs are equal. "key 0x…: the
/// run wrote 0x…, the reference deleted it".
[[nodiscard]] std::optional<std::string> first_difference(const StateDiff& run,
                                                          const StateDiff& reference);

/// The first transaction whose receipt differs; nullopt where all are equal.
[[nodiscard]] std::optional<std::string> first_difference(std::span<const Receipt> run,
                                                          std::span<const Receipt> reference);

/// Reads every key of `diff` through a reader of `backend` (after persist) and names the first that
/// is not what the diff says; nullopt where all are.
[[nodiscard]] Result<std::optional<std::string>> first_lost_write(Backend& backend,
                                                                  const StateDiff& diff);

/// Reads a few entries of the workload's first state back: says which one is not as it must be;
/// nullopt where all are. An Error where the backend cannot be read.
[[nodiscard]] Result<std::optional<std::string>> first_wrong_entry(Backend& backend,
                                                                   const Workload& workload);

/// The keys must ascend strictly, or a digest means nothing; names the first that does not.
[[nodiscard]] std::optional<std::string> first_disorder(const StateDiff& diff);

}  // namespace commitbench
