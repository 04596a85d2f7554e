// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backends/store/store.hpp"

namespace commitbench {

/// RocksDB in DIRECTORY/rocksdb: a log-structured merge tree, each table a column family.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocksdb_store(const StoreSettings& settings,
                                                                std::span<const TableSpec> tables);

}  // namespace commitbench
