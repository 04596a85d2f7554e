// SPDX-License-Identifier: Apache-2.0
#include "backends/store/store_options.hpp"

#include <fmt/format.h>

namespace commitbench {

Result<bool> wants_direct(const Options& options) {
    const bool direct = options.boolean("direct");
    const std::string& store = options.text("store");
    if (direct && store != "rocksdb") {
        return bad_input(fmt::format(
            "direct=on is for store=rocksdb, and the store is {0}: {1}; leave direct away, or take "
            "store=rocksdb",
            store,
            store == "lmdb"   ? "it reads through mapped files, which are the page cache"
            : store == "file" ? "it reads past the page cache anyway"
                              : "it has no files"));
    }
    return direct;
}

Result<StoreSettings> store_settings(const Options& options, const CellResources& resources) {
    const auto direct = wants_direct(options);
    if (!direct) {
        return direct.error();
    }
    return StoreSettings{.kind = store_kind(options.text("store")),
                         .directory = resources.directory,
                         .memory_budget = resources.memory_budget,
                         .direct = *direct};
}

}  // namespace commitbench
