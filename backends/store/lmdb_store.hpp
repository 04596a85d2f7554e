// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/store/store.hpp"

namespace commitbench {

/// LMDB in DIRECTORY/lmdb: a copy-on-write B+tree in a memory map, each table a named database. The
/// map grows by itself: only a full disk ends it.
[[nodiscard]] Result<std::unique_ptr<Store>> open_lmdb_store(const StoreSettings& settings,
                                                             std::span<const TableSpec> tables);

}  // namespace commitbench
