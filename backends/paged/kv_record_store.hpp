// SPDX-License-Identifier: Apache-2.0
// The tree's records as values of a key-value engine: what is left of the comparison is the engine.
//
//   table "records"  key    the path's bytes that have bits in use, then u16 big-endian: depth and,
//   in
//                           bit 15, 1 for a page; 0 to 34 bytes, so that neighbours in the trie are
//                           neighbours in the engine
//                    value  a page's or a bucket's image
//   table "meta"     position (backends/store/position_record.hpp), and "top": what the trie's top
//   is,
//                    1 byte, 0 nothing, 1 page, 2 bucket
#pragma once

#include "backends/paged/record_store.hpp"
#include "backends/store/store.hpp"

namespace commitbench::paged {

/// bad_input where the folder's load was cut short.
[[nodiscard]] Result<std::unique_ptr<RecordStore>> open_kv_record_store(
    const StoreSettings& settings,
    Durability durability);

}  // namespace commitbench::paged
