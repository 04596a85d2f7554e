// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/store/store.hpp"

namespace commitbench {

/// A hash table a table, entries in a Slab. Gets and puts O(1), a scan sorts. Syncs are free and
/// count nothing: the bytes are their own files.
[[nodiscard]] Result<std::unique_ptr<Store>> make_memory_store(const StoreSettings& settings,
                                                               std::span<const TableSpec> tables);

}  // namespace commitbench
