// SPDX-License-Identifier: Apache-2.0
// PathProof: what the trie says of one key, with the siblings that lead from there to the root.
//
// As the items of a Backend's Proof (canonical: every other list is refused):
//
//   item 0       the terminal, as in terminal.hpp
//   item 1       only where the terminal is the leaf of the key asked for: its value
//   depth items  the siblings from the top down, 32 bytes each, or 0 bytes for a terminator
//
// A leaf of another key proves absence, and so does a terminator. Source of the rule: NOMT 1.0.4,
// core/src/proof/path_proof.rs; the encoding is ours.
#pragma once

#include "backends/paged/terminal.hpp"
#include "harness/core/backend.hpp"

namespace commitbench::paged {

/// INVARIANT: siblings.size() == terminal.place.depth; siblings[i] stands at depth i + 1, beside
/// the terminal's path.
struct PathProof {
    Terminal terminal{};
    std::vector<Node> siblings{};
};

/// Whether the trie of `root` has this terminal at its place: what terminal.claim(key) then says of
/// a key is true. One hash a sibling, and one for a leaf.
[[nodiscard]] bool verify_path(const NodeHasher& hasher, const Node& root, const PathProof& proof);

/// `value` is written where the terminal is the leaf of `key`, and only there.
[[nodiscard]] Proof encode_path_proof(const PathProof& proof, const StateKey& key, ByteView value);

/// Reads and verifies: valid where the items are a canonical proof of what the trie of `root` says
/// of `key`, value included. Memory: 32 bytes an item, at most 257 items.
[[nodiscard]] Verdict verify_path_items(const NodeHasher& hasher,
                                        const Node& root,
                                        const StateKey& key,
                                        const Proof& proof);

}  // namespace commitbench::paged
