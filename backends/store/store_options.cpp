// SPDX-License-Identifier: Apache-2.0
#include "backends/store/store_options.hpp"

#include <fmt/format.h>

namespace commitbench {

Status check_direct(std::string_view store) {
    if (store == "rocksdb") {
        return {};
    }
    return bad_input(fmt::format(
        "direct=on is for store=rocksdb, and the store is {0}: {1}; leave direct away, or take "
        "store=rocksdb",
        store,
        store == "lmdb" ? "it reads through mapped files, which are the page cache"
                        : "it has no files"));
}

Result<StoreSettings> store_settings(const Options& options, const CellResources& resources) {
    const bool direct = options.boolean("direct");
    if (direct) {
        COMMITBENCH_TRY(check_direct(options.text("store")));
    }
    return StoreSettings{.kind = store_kind(options.text("store")),
                         .directory = resources.directory,
                         .memory_budget = resources.memory_budget,
                         .direct = direct};
}

}  // namespace commitbench
