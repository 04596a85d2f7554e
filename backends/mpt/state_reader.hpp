// SPDX-License-Identifier: Apache-2.0
// How execution reads the state of `mpt`: from the flat table, or through the trie.
#pragma once

#include "backends/mpt/trie_hash.hpp"
#include "backends/store/store.hpp"

namespace commitbench::mpt {

struct StateTables {
    Table nodes;
    Table state;
};

/// Whether keys are hashed first, and how.
struct KeyRule {
    bool secure = false;
    TrieHash hash = TrieHash::keccak256;

    [[nodiscard]] StateKey path_of(const StateKey& key) const noexcept {
        return secure ? StateKey{hash_bytes(hash, key.view())} : key;
    }
};

/// One read of the store a get().
[[nodiscard]] std::unique_ptr<StateReader> make_flat_reader(std::unique_ptr<StoreReader> reader,
                                                            const StateTables& tables,
                                                            KeyRule rule);

/// One read of the store for every node on the way down: what a node without flat state pays.
/// `position` is the backend's own and must outlive the reader: each get() starts at the root that
/// stands there.
[[nodiscard]] std::unique_ptr<StateReader> make_trie_reader(std::unique_ptr<StoreReader> reader,
                                                            const StateTables& tables,
                                                            KeyRule rule,
                                                            const Position& position);

}  // namespace commitbench::mpt
