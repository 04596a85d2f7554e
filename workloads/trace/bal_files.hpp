// SPDX-License-Identifier: Apache-2.0
// Block access lists on disk: <block number>_with_reads.rlp, one block a file.
#pragma once

#include "harness/core/bytes.hpp"
#include "harness/core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace commitbench::bal {

struct BlockFile {
    std::filesystem::path path;
    std::uint64_t number = 0;  ///< the digits that its name begins with
};

/// The whole file. bad_input where it is missing, a folder, or cannot be read; an empty file is
/// read.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path);

/// Makes the file with these bytes. bad_input where something of that name is there (it stays as it
/// is) or the bytes cannot be written (what was written is removed).
[[nodiscard]] Status write_new_file(const std::filesystem::path& path, ByteView bytes);

/// `path` itself, or every *.rlp of the folder `path` (not of its sub-folders) in the order of the
/// block numbers. bad_input where there is none, where a name in a folder does not begin with a
/// number, and where two have the same. A file given by itself may have any name: without a number
/// it is block 0.
[[nodiscard]] Result<std::vector<BlockFile>> find_blocks(const std::filesystem::path& path);

}  // namespace commitbench::bal
