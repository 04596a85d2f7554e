// SPDX-License-Identifier: Apache-2.0
// Checkpoint: a whole state on disk.
#pragma once

#include "backends/paged/file/extent.hpp"
#include "harness/core/state_key.hpp"

namespace commitbench::paged {

/// What a checkpoint is of, in the words of the tree that wrote it.
struct Checkpoint {
    std::uint64_t block = 0;
    Root root{};
    Extent top{};            ///< the record that all others hang from; none for an empty tree
    std::uint64_t keys = 0;  ///< how many the state has

    bool operator==(const Checkpoint&) const = default;
};

}  // namespace commitbench::paged
