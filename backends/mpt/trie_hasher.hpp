// SPDX-License-Identifier: Apache-2.0
// TrieHasher: encodes and hashes every dirty node exactly once, children before parents.
#pragma once

#include "backends/mpt/node_codec.hpp"
#include "hash/keccak.hpp"

#include <vector>

namespace commitbench::mpt {

/// A node to be written: the key and value of the hash-keyed table. Views into the block's arena.
struct EncodedNode {
    ByteView hash;
    ByteView rlp;
};

struct HashWork {
    std::uint64_t nodes = 0;         ///< nodes hashed
    std::uint64_t permutations = 0;  ///< Keccak permutations spent on them
};

/// keccak256(0x80): the root of the empty trie.
[[nodiscard]] Hash256 empty_trie_root();

/// Hashes below `root` (empty, stored or loaded) and returns the root hash. Appends each dirty node
/// of 32 bytes or more, and the dirty root however short, to `nodes`; counts into `work`. One lane,
/// depth first: batching nodes into lanes is a trick with a name of its own. INVARIANT: every dirty
/// node's ancestors are dirty.
[[nodiscard]] Hash256 hash_trie(Arena& arena,
                                ChildRef root,
                                std::vector<EncodedNode>& nodes,
                                HashWork& work);

}  // namespace commitbench::mpt
