// SPDX-License-Identifier: Apache-2.0
// What every backend on a store says of it in its option table.
#pragma once

#include "backends/store/store.hpp"
#include "harness/core/options.hpp"

namespace commitbench {

/// Beside a backend's own row `store`.
inline constexpr OptionSpec kDirectOption{
    .key = "direct",
    .type = OptionType::boolean,
    .default_value = "off",
    .help =
        "store=rocksdb: on reads and writes its tables past the kernel's page cache, so that "
        "the memory budget is all that caches them"};

/// By the options `store` (one of kStoreChoices) and `direct`, with the cell's folder and all of
/// its budget. bad_input for direct=on where the store has nothing to read so.
[[nodiscard]] Result<StoreSettings> store_settings(const Options& options,
                                                   const CellResources& resources);

/// bad_input where `store` has no files to read past the page cache: for direct=on.
[[nodiscard]] Status check_direct(std::string_view store);

}  // namespace commitbench
