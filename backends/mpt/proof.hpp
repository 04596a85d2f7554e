// SPDX-License-Identifier: Apache-2.0
// Proofs of the Ethereum trie: the encodings of the hashed nodes on the way from the root to a key
// (the format of eth_getProof, EIP-1186). Nodes under 32 bytes stand inside their parent and are
// not listed.
#pragma once

#include "backends/mpt/node_loader.hpp"
#include "backends/mpt/trie_hash.hpp"

namespace commitbench::mpt {

/// Proves what the trie at `root` says of `path` (presence or absence). The empty trie's proof is
/// the one item 0x80.
[[nodiscard]] Result<Proof> make_proof(const Hash256& root,
                                       ByteView path,
                                       StoreReader& reader,
                                       Table nodes,
                                       TrieHash hash);

/// Needs nothing but its arguments. Invalid where an item is missing, of the wrong hash, no node,
/// or left over.
[[nodiscard]] Verdict verify_proof(const Hash256& root,
                                   ByteView path,
                                   const Proof& proof,
                                   TrieHash hash);

}  // namespace commitbench::mpt
