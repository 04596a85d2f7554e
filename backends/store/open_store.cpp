// SPDX-License-Identifier: Apache-2.0
#include "backends/store/lmdb_store.hpp"
#include "backends/store/memory_store.hpp"
#include "backends/store/rocksdb_store.hpp"

namespace commitbench {

StoreKind store_kind(std::string_view text) {
    if (text == "lmdb") {
        return StoreKind::lmdb;
    }
    return text == "rocksdb" ? StoreKind::rocksdb : StoreKind::memory;
}

Result<std::unique_ptr<Store>> open_store(const StoreSettings& settings,
                                          std::span<const TableSpec> tables) {
    switch (settings.kind) {
        case StoreKind::lmdb:
            return open_lmdb_store(settings, tables);
        case StoreKind::rocksdb:
            return open_rocksdb_store(settings, tables);
        case StoreKind::memory:
            break;
    }
    return make_memory_store(settings, tables);
}

}  // namespace commitbench
