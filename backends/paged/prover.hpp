// SPDX-License-Identifier: Apache-2.0
// Prover: the tree as a ProofSource.
#pragma once

#include "backends/paged/proof_source.hpp"
#include "backends/paged/tree_reader.hpp"

namespace commitbench::paged {

/// Borrows both. Between a block's end and the next merkleize(); what stage() has loaded is proved
/// without reading.
class Prover final : public ProofSource {
  public:
    Prover(const NodeHasher& hasher, TreeReader& reader) : hasher_(hasher), reader_(reader) {}
    Status visit_terminals(std::span<const StateKey> keys, TerminalVisitor& visitor) override;

  private:
    Terminal prove(const StateKey& key, const Bucket* bucket, std::uint32_t depth);
    Node sub_tree(const Bucket& bucket,
                  std::size_t begin,
                  std::size_t end,
                  std::uint32_t depth) const;

    const NodeHasher& hasher_;
    TreeReader& reader_;
    std::vector<TreeReader::Step> steps_;
    std::vector<Node> siblings_;
};

}  // namespace commitbench::paged
