// SPDX-License-Identifier: Apache-2.0
// Prover: the tree as a ProofSource.
#pragma once

#include "backends/paged/proof_source.hpp"
#include "backends/paged/tree_reader.hpp"

namespace commitbench::paged {

/// Borrows both. Between a block's end and the next merkleize(); what stage() has loaded is proved
/// without reading. After an Error only destruction.
class Prover final : public ProofSource {
  public:
    Prover(const NodeHasher& hasher, TreeReader& reader) : hasher_(hasher), reader_(reader) {}
    Status visit_terminals(std::span<const StateKey> keys, TerminalVisitor& visitor) override;

  private:
    /// A terminal that is yet to be visited, for its value is hashed together with others.
    struct Waiting {
        Terminal terminal{};
        std::size_t siblings_end = 0;  ///< in siblings_; they begin where the last one's end
    };
    Place prove(const StateKey& key, const Bucket* bucket, std::uint32_t depth);
    void visit_waiting(TerminalVisitor& visitor);
    Node sub_tree(const Bucket& bucket,
                  std::size_t begin,
                  std::size_t end,
                  std::uint32_t depth) const;

    const NodeHasher& hasher_;
    TreeReader& reader_;
    std::vector<TreeReader::Step> steps_;
    std::vector<Node> siblings_;  // of all that wait
    std::vector<Waiting> waiting_;
    std::vector<ValueJob> jobs_;
};

}  // namespace commitbench::paged
