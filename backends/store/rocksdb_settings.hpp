// SPDX-License-Identifier: Apache-2.0
// Which RocksDB is measured: every setting that was chosen, with the reason beside it.
#pragma once

#include "backends/store/store.hpp"

#include <rocksdb/options.h>
#include <string>
#include <vector>

namespace commitbench {

/// One chosen setting, as it goes into the result.
struct RocksSetting {
    std::string name;
    std::string value;
    std::string why;
};

struct RocksSettings {
    rocksdb::DBOptions database;
    std::vector<rocksdb::ColumnFamilyOptions> tables;  ///< as the TableSpecs
    std::vector<RocksSetting> facts;
};

/// Everything that is held in memory (blocks, index, filters, write buffers) is charged to one
/// cache of seven eighths of `store.memory_budget`; the rest is for the gaps in the heap.
[[nodiscard]] RocksSettings choose_rocks_settings(const StoreSettings& store,
                                                  std::span<const TableSpec> tables);

}  // namespace commitbench
