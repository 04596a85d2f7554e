// SPDX-License-Identifier: Apache-2.0
// The walk that a MultiProof's siblings are listed along, from its terminals up to the root.
#pragma once

#include "backends/paged/multi_proof.hpp"

namespace commitbench::paged {

/// How many siblings a proof of these terminals has; nullopt where they do not ascend or one is
/// below another. The paths have sum(depth) - sum(bits shared by neighbours) nodes below the root,
/// and 2 (n - 1) of those stand beside each other.
[[nodiscard]] inline std::optional<std::size_t> siblings_needed(
    std::span<const Terminal> terminals) noexcept {
    if (terminals.empty()) {
        return 0;
    }
    std::size_t on_paths = terminals[0].place.depth;
    for (std::size_t i = 1; i < terminals.size(); ++i) {
        const Place& left = terminals[i - 1].place;
        const Place& right = terminals[i].place;
        const std::uint32_t shared = shared_bits(left.path, right.path);
        if (shared >= std::min(left.depth, right.depth) || right.path < left.path) {
            return std::nullopt;
        }
        on_paths += right.depth - shared;
    }
    return on_paths - 2 * (terminals.size() - 1);
}

template<class T, class Join>
class ProofFold {
  public:
    ProofFold(std::span<const Terminal> terminals,
              std::span<const T> nodes,
              std::span<const T> siblings,
              Join join)
        : terminals_(terminals), nodes_(nodes), siblings_(siblings), join_(std::move(join)) {}

    /// The node at `depth` above the terminals [first, last).
    T above(std::size_t first, std::size_t last, std::uint32_t depth) {
        const StateKey& path = terminals_[first].place.path;
        const bool alone = last - first == 1;
        const std::uint32_t bottom = alone ? terminals_[first].place.depth
                                           : shared_bits(path, terminals_[last - 1].place.path);
        const std::span<const T> siblings = siblings_.first(bottom - depth);
        siblings_ = siblings_.subspan(bottom - depth);
        T node = alone ? nodes_[first] : fork(first, last, bottom);
        for (std::uint32_t at = bottom; at > depth; --at) {
            const T& sibling = siblings[at - depth - 1];
            node = bit_of(path, at - 1) ? join_(sibling, node) : join_(node, sibling);
        }
        return node;
    }

  private:
    T fork(std::size_t first, std::size_t last, std::uint32_t depth) {
        const auto range = terminals_.subspan(first, last - first);
        const auto right = std::ranges::partition_point(
            range, [depth](const Terminal& t) { return !bit_of(t.place.path, depth); });
        const std::size_t middle = first + static_cast<std::size_t>(right - range.begin());
        const T left_node = above(first, middle, depth + 1);
        const T right_node = above(middle, last, depth + 1);
        return join_(left_node, right_node);
    }

    std::span<const Terminal> terminals_;
    std::span<const T> nodes_;
    std::span<const T> siblings_;  // those not yet passed
    Join join_;
};

/// The root above `nodes`, one for each terminal, where `join` makes the node above two siblings.
/// INVARIANT: at least one terminal, and as many siblings as siblings_needed().
template<class T, class Join>
[[nodiscard]] T fold(std::span<const Terminal> terminals,
                     std::span<const T> nodes,
                     std::span<const T> siblings,
                     Join join) {
    return ProofFold<T, Join>(terminals, nodes, siblings, std::move(join))
        .above(0, terminals.size(), 0);
}

}  // namespace commitbench::paged
