// SPDX-License-Identifier: Apache-2.0
// What the options of backend `paged` come to.
#pragma once

#include "backends/paged/file_record_store.hpp"
#include "backends/paged/leaves.hpp"
#include "backends/paged/node_hasher.hpp"
#include "harness/core/backend.hpp"

namespace commitbench {

struct PagedSettings {
    std::string store{};  ///< memory, file, or an engine's name
    paged::HashFunction hash = paged::HashFunction::blake3;
    paged::BucketLimit limit{};
    bool direct = false;             ///< files past the page cache
    std::uint64_t engine_bytes = 0;  ///< what a key-value engine may take
    std::uint64_t cache_bytes = 0;   ///< for pages and buckets between blocks
    paged::IoEngine io = paged::IoEngine::automatic;
    unsigned queue_depth = 32;
    bool prepopulate = false;  ///< the trie's pages are read when it is opened
    bool witness = false;
};

[[nodiscard]] Result<std::unique_ptr<Backend>> open_paged_backend(PagedSettings settings,
                                                                  const CellResources& resources);

}  // namespace commitbench
