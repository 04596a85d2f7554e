// SPDX-License-Identifier: Apache-2.0
// PathLoader: loads every node that a block's changes will meet, one level of the trie at a time.
//
//   level 0   root                           1 read
//   level 1   its children with changes      one multi_get
//   level 2   theirs                         one multi_get ...
//
// It loads the same nodes that TrieUpdate would load one by one, and no others (but for the sibling
// that a collapse needs, which only the update can know of). Asking for a level at once lets a
// store overlap what it waits for: cache misses in memory, blocks in RocksDB.
#pragma once

#include "backends/mpt/node_loader.hpp"
#include "backends/mpt/path_change.hpp"

#include <span>

namespace commitbench::mpt {

/// Loads below `root` along `changes` (paths ascending, each once).
[[nodiscard]] Status load_paths(NodeLoader& loader,
                                ChildRef& root,
                                std::span<const PathChange> changes);

}  // namespace commitbench::mpt
