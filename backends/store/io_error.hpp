// SPDX-License-Identifier: Apache-2.0
// How a refusal of the system becomes one clear line.
#pragma once

#include "harness/core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace commitbench {

/// io: what failed ("lmdb: writing a batch"), the reason, and the remedy. Where the disk under
/// `directory` is full the line says so, whatever words the engine found for it.
[[nodiscard]] Error io_error(std::string_view what,
                             const std::filesystem::path& directory,
                             std::string_view reason,
                             bool no_space);

/// The same, for an errno.
[[nodiscard]] Error io_error(std::string_view what,
                             const std::filesystem::path& directory,
                             int number);

/// corrupt: the files in `directory` are not what this engine wrote.
[[nodiscard]] Error damaged_files(std::string_view engine,
                                  const std::filesystem::path& directory,
                                  std::string_view reason);

/// bad_input: the store holds other tables than the backend keeps.
[[nodiscard]] Error other_tables(std::string_view engine,
                                 const std::filesystem::path& directory,
                                 std::string_view found,
                                 std::string_view wanted);

/// unsupported: commit() with a scan open (see Scan).
[[nodiscard]] Error commit_during_scan();

/// does_not_fit: a resident state of `needed` bytes against what the budget allows.
[[nodiscard]] Error state_does_not_fit(std::uint64_t needed, std::uint64_t memory_budget);

/// bad_input: a script's key that is no StateKey.
[[nodiscard]] Error key_must_have_32_bytes(std::string_view backend, std::size_t size);

}  // namespace commitbench
