// SPDX-License-Identifier: Apache-2.0
// The binary trie once more, as plainly as it can be said: the oracle of `paged`'s ledger roots.
//
// Kept are the hash of every leaf and, for the top of the tree, the hash of every node. The top
// ends in buckets of a few keys; where one of them changes, all of its bucket is hashed again by
// the definition: nothing where it is empty, the leaf's own hash where there is one, else the hash
// of its two halves. No pages, no store, no batches, no code of `paged` but the names of its hash
// functions.
#pragma once

#include "backends/paged/node_hasher.hpp"
#include "harness/core/reference_tree.hpp"

namespace commitbench::paged {

/// Keys as they are, 32 bytes. 40 to 48 bytes for a key of the first state, about 120 for one that
/// came later.
[[nodiscard]] std::unique_ptr<ReferenceTree> make_binary_reference_tree(HashFunction function);

}  // namespace commitbench::paged
