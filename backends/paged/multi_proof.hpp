// SPDX-License-Identifier: Apache-2.0
// MultiProof: what the trie says of many keys, each sibling once.
//
// The paths of the terminals form a tree of their own. A sibling is listed where one of a pair is
// on a path and the other is not, in the order of a walk from the root, left before right
// ("recursive bisection"):
//
//            root
//           /    \            terminals  A, B, C
//          o      s1          siblings   s1, beside what all three paths share, then s2, beside C;
//        /   \                           A and B stand beside each other, and above them so do
//       o     o                          two nodes of paths: nothing is listed for those
//      / \   / \              encoded    A B C, a bit each for s1 and s2, s1 s2
//     A   B C   s2
//
// Bytes (canonical: a proof has one encoding, and what is anything else is refused):
//
//   number of terminals   4 bytes, big-endian
//   terminals             as in terminal.hpp, ascending, none inside another's sub-tree
//   which siblings are
//   terminators           a bit each, first sibling in the top bit of the first byte; unused bits 0
//   the other siblings    32 bytes each, none of them zero
//
// The number of siblings follows from the terminals, so there is no field for it. Source: NOMT
// 1.0.4, core/src/proof/multi_proof.rs; the encoding and the way of updating are ours.
#pragma once

#include "backends/paged/proof_source.hpp"

namespace commitbench::paged {

/// A write to the trie: the key's value gets this hash, or the key goes.
struct Write {
    StateKey key{};
    std::optional<Hash256> value_hash{};  ///< nullopt: deleted
};

/// A proof without terminals proves nothing, and holds against every root.
struct MultiProof {
    std::vector<Terminal> terminals{};  ///< ascending; no two on one path from the root
    std::vector<Node> siblings{};

    /// The terminal whose place `key` is below, or null where the key is out of scope.
    /// O(log terminals).
    [[nodiscard]] const Terminal* look_up(const StateKey& key) const noexcept;
    [[nodiscard]] Bytes encode() const;
    /// bad_input where the bytes are no canonical encoding. Memory: at most 200 bytes a byte read
    /// (a sibling that is a terminator takes one bit). Says nothing yet of any root.
    [[nodiscard]] static Result<MultiProof> decode(ByteView bytes);

    bool operator==(const MultiProof&) const = default;
};

/// Makes a MultiProof from terminals that come in ascending order, each with all its siblings, in
/// linear time.
class MultiProofBuilder final : public TerminalVisitor {
  public:
    /// INVARIANT: the terminal is right of the last one, and neither is below the other.
    void visit(const Terminal& terminal, std::span<const Node> siblings) override;
    /// Leaves the builder empty.
    [[nodiscard]] MultiProof finish();

  private:
    /// A sibling that was seen; dropped once a terminal below it comes.
    struct Seen {
        Node node{};
        bool on_path = false;
    };
    MultiProof proof_;
    std::vector<Seen> seen_;
    std::array<std::size_t, kKeyBits> at_depth_{};  // of the last path: index into seen_
};

/// Of path proofs in any order, equal ones allowed. bad_input where two cannot be of one trie.
[[nodiscard]] Result<MultiProof> multi_proof_of(std::vector<PathProof> proofs);

/// `keys` ascend (equal ones allowed).
[[nodiscard]] Result<MultiProof> prove_keys(ProofSource& source, std::span<const StateKey> keys);

/// Whether the trie of `root` has these terminals at their places. Any proof may be given, however
/// made. One hash for each node of the paths; recursion as deep as the longest path.
[[nodiscard]] bool verify_multi(const NodeHasher& hasher,
                                const Node& root,
                                const MultiProof& proof);

/// The root after the writes, without the state. Verifies the proof against `old_root` first; keys
/// of `writes` ascend strictly. bad_input where the proof does not hold, the keys do not ascend or
/// one is out of scope. At most two hashes for each node of the paths, and those of the new leaves.
[[nodiscard]] Result<Node> verify_update(const NodeHasher& hasher,
                                         const Node& old_root,
                                         const MultiProof& proof,
                                         std::span<const Write> writes);

}  // namespace commitbench::paged
