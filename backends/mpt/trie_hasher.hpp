// SPDX-License-Identifier: Apache-2.0
// TrieHasher: encodes and hashes every dirty node exactly once, children before parents.
#pragma once

#include "backends/mpt/node_codec.hpp"
#include "backends/mpt/trie_hash.hpp"

#include <vector>

namespace commitbench::mpt {

/// A node to be written: the key and value of the hash-keyed table. Views into the block's arena.
struct EncodedNode {
    ByteView hash;
    ByteView rlp;
};

struct HashWork {
    std::uint64_t nodes = 0;         ///< nodes hashed
    std::uint64_t permutations = 0;  ///< of the hash function's core, spent on them
};

struct HashSettings {
    TrieHash hash = TrieHash::keccak256;
    /// Off: one node at a time, depth first. On (a trick): nodes of one height, leaves first, are
    /// encoded and then hashed side by side in the processor's lanes.
    bool lanes = false;
};

/// Hashes below `root` (empty, stored or loaded) and returns the root hash. Appends each dirty node
/// of 32 bytes or more, and the dirty root however short, to `nodes`; counts into `work`.
/// INVARIANT: every dirty node's ancestors are dirty.
[[nodiscard]] Hash256 hash_trie(Arena& arena,
                                ChildRef root,
                                std::vector<EncodedNode>& nodes,
                                HashWork& work,
                                HashSettings settings = {});

}  // namespace commitbench::mpt
