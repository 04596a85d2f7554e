// SPDX-License-Identifier: Apache-2.0
// Which of the engines' files may be shared by copies of a database.
#pragma once

#include <filesystem>

namespace commitbench {

/// True for a file that its engine writes once, never changes afterwards, and at most unlinks:
/// RocksDB's tables (*.sst), which its own checkpoints share by hard links too (RocksDB wiki,
/// "Checkpoints"). LMDB's and `paged`'s files are written in place. The name decides; nothing is
/// opened.
[[nodiscard]] bool is_immutable_store_file(const std::filesystem::path& file);

}  // namespace commitbench
