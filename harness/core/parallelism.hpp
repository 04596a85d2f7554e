// SPDX-License-Identifier: Apache-2.0
// How much of a block can run at the same time, whoever runs it.
#pragma once

#include "harness/core/precedence_graph.hpp"

namespace commitbench {

/// Of one block, every transaction counted as one unit of work. In the words of Brent's bound, work
/// is `transactions`, and no number of workers finishes in fewer steps than `longest_chain`.
struct Parallelism {
    std::uint64_t transactions = 0;
    std::uint64_t edges = 0;          ///< of the PrecedenceGraph
    std::uint64_t longest_chain = 0;  ///< in transactions: the span, or critical path
    /// How many transactions have a longest chain of 0, 1, 2, ... before them. Their number is
    /// longest_chain, their sum transactions.
    std::vector<std::uint32_t> level_widths{};

    /// work / span; 0 of an empty block.
    [[nodiscard]] double available() const noexcept {
        return longest_chain == 0
                   ? 0
                   : static_cast<double>(transactions) / static_cast<double>(longest_chain);
    }
    /// The widest level.
    [[nodiscard]] std::uint64_t widest() const noexcept;
};

/// Borrows the graph, whose counts must be as built.
[[nodiscard]] Parallelism parallelism_of(const PrecedenceGraph& graph);
[[nodiscard]] Parallelism parallelism_of(const AccessSets& sets);

}  // namespace commitbench
