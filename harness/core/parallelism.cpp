// SPDX-License-Identifier: Apache-2.0
#include "harness/core/parallelism.hpp"

#include <algorithm>

namespace commitbench {

std::uint64_t Parallelism::widest() const noexcept {
    return level_widths.empty() ? 0 : *std::ranges::max_element(level_widths);
}

Parallelism parallelism_of(const PrecedenceGraph& graph) {
    Parallelism found{.transactions = graph.size(), .edges = graph.edges()};
    std::vector<std::uint32_t> level(graph.size(), 0);
    for (std::uint32_t index = 0; index < graph.size(); ++index) {
        // Block order: everyone who goes before has set this level by now.
        const std::uint32_t mine = level[index];
        if (mine >= found.level_widths.size()) {
            found.level_widths.resize(mine + 1, 0);
        }
        ++found.level_widths[mine];
        graph.for_each_successor(
            index, [&](std::uint32_t later) { level[later] = std::max(level[later], mine + 1); });
    }
    found.longest_chain = found.level_widths.size();
    return found;
}

Parallelism parallelism_of(const AccessSets& sets) {
    PrecedenceGraph graph;
    graph.build(sets);
    return parallelism_of(graph);
}

}  // namespace commitbench
