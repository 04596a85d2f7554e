// SPDX-License-Identifier: Apache-2.0
// The options of `mpt`.
#pragma once

#include "backends/mpt/state_reader.hpp"
#include "backends/mpt/trie_hasher.hpp"
#include "backends/store/store_options.hpp"
#include "harness/core/options.hpp"

#include <array>

namespace commitbench::mpt {

inline constexpr std::array kOptions{
    OptionSpec{.key = "store",
               .type = OptionType::choice,
               .default_value = "memory",
               .range = kStoreChoices,
               .help = "engine that holds nodes, flat state and position"},
    OptionSpec{.key = "secure",
               .type = OptionType::boolean,
               .default_value = "off",
               .help = "hash every key first, as Ethereum's state trie does; StateKeys are uniform "
                       "without it"},
    OptionSpec{.key = "hash",
               .type = OptionType::choice,
               .default_value = "keccak",
               .range = kTrieHashChoices,
               .help = "of nodes, of keys where secure=on, and of the empty root; blake3 is a "
                       "scheme of its own"},
    OptionSpec{.key = "lanes",
               .type = OptionType::boolean,
               .default_value = "off",
               .help = "hash nodes of one height side by side in the processor's vector lanes"},
    OptionSpec{.key = "reads",
               .type = OptionType::choice,
               .default_value = "flat",
               .range = "flat|trie",
               .help = "where execution reads: the flat state, or a walk from the root"},
    OptionSpec{.key = "load",
               .type = OptionType::choice,
               .default_value = "level",
               .range = "level|node",
               .help = "how stage loads the nodes that a block touches: one multi-get a level of "
                       "the trie, or one get a node"},
    kDirectOption,
};

struct Settings {
    StoreSettings store;
    KeyRule keys;
    HashSettings hashing;
    bool reads_through_trie = false;
    bool load_by_level = true;
};

/// INVARIANT: resolved against kOptions.
[[nodiscard]] inline Result<Settings> settings_of(const Options& options,
                                                  const CellResources& resources) {
    auto store = store_settings(options, resources);
    if (!store) {
        return store.error();
    }
    const TrieHash hash = trie_hash(options.text("hash"));
    return Settings{.store = std::move(*store),
                    .keys = {options.boolean("secure"), hash},
                    .hashing = {hash, options.boolean("lanes")},
                    .reads_through_trie = options.text("reads") == "trie",
                    .load_by_level = options.text("load") == "level"};
}

}  // namespace commitbench::mpt
