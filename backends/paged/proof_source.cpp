// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/proof_source.hpp"

namespace commitbench::paged {
namespace {

class KeepPath final : public TerminalVisitor {
  public:
    void visit(const Terminal& terminal, std::span<const Node> siblings) override {
        proof.terminal = terminal;
        proof.siblings.assign(siblings.begin(), siblings.end());
    }

    PathProof proof;
};

}  // namespace

Result<PathProof> prove_key(ProofSource& source, const StateKey& key) {
    KeepPath visitor;
    COMMITBENCH_TRY(source.visit_terminals({&key, 1}, visitor));
    return std::move(visitor.proof);
}

}  // namespace commitbench::paged
