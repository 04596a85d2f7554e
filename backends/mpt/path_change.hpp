// SPDX-License-Identifier: Apache-2.0
// PathChange: what a block does to one key of the trie.
#pragma once

#include "backends/mpt/nibble_path.hpp"

#include <span>

namespace commitbench::mpt {

/// A key's new value. Borrowed; must outlive the block. An empty value deletes (the Ethereum trie
/// has no empty values).
struct PathChange {
    ByteView path;
    ByteView value;

    [[nodiscard]] bool deletes() const noexcept { return value.empty(); }

    /// What is left of the path below `depth` nibbles. INVARIANT: the path is at least that long.
    [[nodiscard]] NibblePath from(std::uint32_t depth) const noexcept {
        return NibblePath(path).from(depth);
    }
};

/// How many of the sorted `changes`, from the front, have the first one's nibble at `depth`.
/// INVARIANT: not empty, all paths longer than `depth`.
[[nodiscard]] inline std::size_t count_same_nibble(std::span<const PathChange> changes,
                                                   std::uint32_t depth) noexcept {
    const std::uint8_t nibble = NibblePath(changes.front().path)[depth];
    std::size_t count = 1;
    while (count < changes.size() && NibblePath(changes[count].path)[depth] == nibble) {
        ++count;
    }
    return count;
}

}  // namespace commitbench::mpt
