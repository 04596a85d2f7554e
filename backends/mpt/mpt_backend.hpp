// SPDX-License-Identifier: Apache-2.0
// `mpt`: the Ethereum Merkle Patricia trie as a careful engineer writes it without tricks: the
// honest naive baseline.
//
// Tables of its store:
//   nodes  hash(rlp) -> rlp          every node of 32 bytes or more, and every root
//   state  path -> value              the flat state (reads=flat); paths of 32 bytes only
//   meta   position_record.hpp
//
// A block: stage loads the nodes on the way to its changes and nothing else, and changes the
// tree in memory; merkleize encodes and hashes each dirty node once, children first; persist writes
// all new nodes, the flat state and the position in one atomic batch. Decoded nodes are dropped at
// the end of the block; across blocks only the store's own cache remembers, and that is what the
// memory budget bounds. The nodes of one block's touched paths are its working set, not a cache.
//
// Stale nodes are not deleted: hash-keyed nodes may be shared by several places (go-ethereum
// answers with reference counts). The store grows by every node written; the counter store_bytes
// shows it.
#pragma once

#include "harness/core/registry.hpp"

namespace commitbench {

extern const BackendComponent kMptComponent;

}  // namespace commitbench
