// SPDX-License-Identifier: Apache-2.0
// The tree's records in the backend's own files (file/extent_file.hpp).
//
//   a block       its writes go to the log, as below: one sync. Pages and buckets stay dirty.
//   a checkpoint  once they take a third of the cache, all dirty records are written, each to a
//                 new place, those below before those above; then the log starts anew.
//   a restart     takes the checkpoint's top and applies the log's blocks again; each must give
//                 the root that was logged with it.
//
//   a record      kind, u8 (0 page, 1 bucket); 0; depth, u16; the image
//   a log record  root, 32 bytes; writes, u32; for each: key, 32 bytes; size of the value, u32,
//                 all ones where it was deleted; the value
//
// Parents say where their children lie (RecordId::stored_at is a packed Extent), so there is no
// table of pages: a read of a key costs one read of a record where the pages above are in memory.
#pragma once

#include "backends/paged/file/extent_file.hpp"
#include "backends/paged/record_store.hpp"

namespace commitbench::paged {

/// `cache_bytes`: what the tree may keep in memory, dirty records included.
[[nodiscard]] Result<std::unique_ptr<RecordStore>> open_file_record_store(
    const ExtentFileSettings& settings,
    std::uint64_t cache_bytes);

}  // namespace commitbench::paged
