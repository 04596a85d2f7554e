// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/multi_proof.hpp"

namespace commitbench::paged {

void MultiProofBuilder::visit(const Terminal& terminal, std::span<const Node> siblings) {
    std::size_t first_new = 0;
    if (!proof_.terminals.empty()) {
        const std::uint32_t shared =
            shared_bits(proof_.terminals.back().place.path, terminal.place.path);
        seen_[at_depth_[shared]].on_path = true;
        first_new = shared + 1;  // the sibling at the fork is the last terminal's own path
    }
    for (std::size_t i = first_new; i < siblings.size(); ++i) {
        at_depth_[i] = seen_.size();
        seen_.push_back({siblings[i]});
    }
    proof_.terminals.push_back(terminal);
}

MultiProof MultiProofBuilder::finish() {
    for (const Seen& seen : seen_) {
        if (!seen.on_path) {
            proof_.siblings.push_back(seen.node);
        }
    }
    seen_.clear();
    return std::exchange(proof_, {});
}

Result<MultiProof> multi_proof_of(std::vector<PathProof> proofs) {
    std::ranges::sort(proofs, {}, [](const PathProof& p) { return p.terminal.place; });
    MultiProofBuilder builder;
    for (std::size_t i = 0; i < proofs.size(); ++i) {
        const PathProof& proof = proofs[i];
        if (proof.siblings.size() != proof.terminal.place.depth) {
            return bad_input("a path proof has more or fewer siblings than its terminal is deep");
        }
        if (i > 0) {
            const PathProof& last = proofs[i - 1];
            if (last.terminal == proof.terminal && last.siblings == proof.siblings) {
                continue;
            }
            const std::uint32_t shared =
                shared_bits(last.terminal.place.path, proof.terminal.place.path);
            if (shared >= std::min(last.siblings.size(), proof.siblings.size()) ||
                !std::equal(last.siblings.begin(), last.siblings.begin() + shared,
                            proof.siblings.begin())) {
                return bad_input("two path proofs are not of one trie");
            }
        }
        builder.visit(proof.terminal, proof.siblings);
    }
    return builder.finish();
}

Result<MultiProof> prove_keys(ProofSource& source, std::span<const StateKey> keys) {
    MultiProofBuilder builder;
    COMMITBENCH_TRY(source.visit_terminals(keys, builder));
    return builder.finish();
}

}  // namespace commitbench::paged
