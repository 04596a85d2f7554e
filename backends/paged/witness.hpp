// SPDX-License-Identifier: Apache-2.0
// Witness: what someone without the state needs in order to check a block's root.
//
// Bytes (canonical, like those of the multi-proof):
//
//   old root      32 bytes
//   multi-proof   of all keys that the block reads or writes, as in multi_proof.hpp
//
// The reads are checked by MultiProof::look_up and Terminal::claim, the writes by verify_witness.
#pragma once

#include "backends/paged/multi_proof.hpp"

namespace commitbench::paged {

struct Witness {
    Node old_root{};
    MultiProof proof{};

    [[nodiscard]] Bytes encode() const;
    /// bad_input where the bytes are no canonical encoding; memory as for MultiProof::decode.
    [[nodiscard]] static Result<Witness> decode(ByteView bytes);

    bool operator==(const Witness&) const = default;
};

/// `source` is the state before the block, `old_root` its root; `keys` are those read and written,
/// ascending (equal ones allowed).
[[nodiscard]] Result<Witness> make_witness(ProofSource& source,
                                           const Node& old_root,
                                           std::span<const StateKey> keys);

/// The root after the block. bad_input where the witness is malformed, not of `old_root` or does
/// not prove every key of `writes`, which ascend strictly.
[[nodiscard]] Result<Node> verify_witness(const NodeHasher& hasher,
                                          const Node& old_root,
                                          ByteView witness,
                                          std::span<const Write> writes);

}  // namespace commitbench::paged
