// SPDX-License-Identifier: Apache-2.0
// Copies a database's files by the cheapest way that keeps the original safe.
//
//   reflink (FICLONE)        btrfs, XFS: the file system shares the blocks until either side writes
//   hard link                files that their engine never changes: they are shared for good
//   copy_file_range          everything else, data only: holes stay holes
//
// A copy is in the kernel's page cache because it was just written. What shares its blocks is read
// once, so that it is there, too: else what a run finds there would depend on the runs before it
// (16,000,000 keys in LSM tables: blocks that differed by several times).
#pragma once

#include "harness/core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace commitbench {

/// A file that copy and original share: neither may ever change it.
struct SharedFile {
    std::filesystem::path original;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;  ///< since 1970
};

struct RestoredFiles {
    std::uint64_t cloned = 0;  ///< files
    std::uint64_t linked = 0;
    std::uint64_t copied = 0;
    std::uint64_t read_bytes = 0;  ///< of what shares its blocks, into the page cache
    std::vector<SharedFile> shared;

    /// "reflink", "hard links and copies", "copy": what was used.
    [[nodiscard]] std::string how() const;
};

/// Makes `to` (which may exist, empty) a copy of the folder `from`. Synced when it returns, so that
/// the kernel does not write the copy out while something is measured, and in the page cache as far
/// as half of the machine's memory goes. `is_immutable` may be null.
/// Errors: io (a full disk among them).
[[nodiscard]] Result<RestoredFiles> restore_files(
    const std::filesystem::path& from,
    const std::filesystem::path& to,
    bool (*is_immutable)(const std::filesystem::path&));

/// The first shared file that is not as it was; empty where there is none.
[[nodiscard]] std::string first_changed(const std::vector<SharedFile>& files);

}  // namespace commitbench
