// SPDX-License-Identifier: Apache-2.0
// The binary trie once more, as plainly as it can be said: the oracle of `paged`'s ledger roots.
//
// A leaf stands where its key is alone, an inner node has two children of which one may be empty,
// and a hash is kept until something below changes. No pages, no store, no batches, no code of
// `paged` but the names of its hash functions.
#pragma once

#include "backends/paged/node_hasher.hpp"
#include "harness/core/reference_tree.hpp"

namespace commitbench::paged {

/// Keys as they are, 32 bytes. About 125 bytes a key.
[[nodiscard]] std::unique_ptr<ReferenceTree> make_binary_reference_tree(HashFunction function);

}  // namespace commitbench::paged
