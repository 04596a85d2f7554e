// SPDX-License-Identifier: Apache-2.0
// What a folder takes on disk.
#pragma once

#include <cstdint>
#include <filesystem>

namespace commitbench {

/// Bytes of the blocks that all files below `folder` take: a database file may be full of holes,
/// and a short one takes a whole block. A file that vanishes meanwhile (a compaction) does not
/// count. 0 for a folder that is not there. O(files).
[[nodiscard]] std::uint64_t bytes_on_disk(const std::filesystem::path& folder);

}  // namespace commitbench
