// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/witness.hpp"

namespace commitbench::paged {

Bytes Witness::encode() const {
    Bytes out(old_root.bytes.begin(), old_root.bytes.end());
    const Bytes rest = proof.encode();
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
}

Result<Witness> Witness::decode(ByteView bytes) {
    Witness witness;
    const std::size_t root_bytes = witness.old_root.bytes.size();
    if (bytes.size() < root_bytes) {
        return bad_input("witness: cut short");
    }
    std::ranges::copy(bytes.first(root_bytes), witness.old_root.bytes.begin());
    auto proof = MultiProof::decode(bytes.subspan(root_bytes));
    if (!proof) {
        return proof.error();
    }
    witness.proof = std::move(*proof);
    return witness;
}

Result<Witness> make_witness(ProofSource& source,
                             const Node& old_root,
                             std::span<const StateKey> keys) {
    auto proof = prove_keys(source, keys);
    if (!proof) {
        return proof.error();
    }
    return Witness{old_root, std::move(*proof)};
}

Result<Node> verify_witness(const NodeHasher& hasher,
                            const Node& old_root,
                            ByteView witness,
                            std::span<const Write> writes) {
    const auto decoded = Witness::decode(witness);
    if (!decoded) {
        return decoded.error();
    }
    if (decoded->old_root != old_root) {
        return bad_input("witness: of another root");
    }
    return verify_update(hasher, old_root, decoded->proof, writes);
}

}  // namespace commitbench::paged
