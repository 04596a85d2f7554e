// SPDX-License-Identifier: Apache-2.0
// ProofSource: the prover's view of a trie, whatever holds it.
#pragma once

#include "backends/paged/path_proof.hpp"

namespace commitbench::paged {

class TerminalVisitor {
  public:
    virtual ~TerminalVisitor() = default;
    /// `siblings[i]` stands at depth i + 1 beside the terminal's path; there are as many as the
    /// terminal is deep. Both are valid until return.
    virtual void visit(const Terminal& terminal, std::span<const Node> siblings) = 0;
};

class ProofSource {
  public:
    virtual ~ProofSource() = default;
    /// Visits the terminal of every key, in ascending order, each terminal once however many of the
    /// keys end at it. `keys` ascend (equal ones allowed).
    virtual Status visit_terminals(std::span<const StateKey> keys, TerminalVisitor& visitor) = 0;
};

[[nodiscard]] Result<PathProof> prove_key(ProofSource& source, const StateKey& key);

}  // namespace commitbench::paged
