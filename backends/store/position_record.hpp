// SPDX-License-Identifier: Apache-2.0
// The one record that says where a backend stands: shared by every backend that keeps its state in
// a Store.
//
//   key    "position"
//   value  offset  0  block, u64 little-endian
//                  8  root, 32 bytes
//                 40  load state, 1 byte: 1 started, 2 complete
//
// The record travels in the same atomic batch as the block it names, so a store is always at
// exactly the block that its record says.
#pragma once

#include "backends/store/store.hpp"

#include <array>

namespace commitbench {

enum class LoadState : std::uint8_t {
    empty = 0,     ///< no record: nothing was ever loaded (never stored)
    started = 1,   ///< a load was begun and not finished: the state is a part of something
    complete = 2,  ///< the first state is whole; Position holds
};

struct PositionRecord {
    LoadState load = LoadState::empty;
    Position position;  ///< meaningful where load == complete
};

inline constexpr std::size_t kPositionRecordSize = 41;

/// INVARIANT: record.load != LoadState::empty.
[[nodiscard]] std::array<std::uint8_t, kPositionRecordSize> encode_position(
    const PositionRecord& record);
/// corrupt where the bytes are no record.
[[nodiscard]] Result<PositionRecord> decode_position(ByteView bytes);

/// The record in table `meta`; LoadState::empty where there is none.
[[nodiscard]] Result<PositionRecord> read_position(StoreReader& reader, Table meta);
[[nodiscard]] Result<PositionRecord> read_position(Store& store, Table meta);

/// Adds the record of a complete state to a batch: block 0 at the end of a load, then one in every
/// block's batch.
void put_position(Batch& batch, Table meta, const Position& position);

/// First act of a load: commits, durably, that it has begun. One sync.
[[nodiscard]] Status mark_load_started(Store& store, Table meta);
/// Last act of a load: syncs what the bulk commits wrote, then commits, durably, that the state is
/// whole at `position`. Two syncs.
[[nodiscard]] Status mark_load_complete(Store& store, Table meta, const Position& position);

/// What to answer (bad_input) on opening a folder whose record says LoadState::started.
[[nodiscard]] Error load_was_cut_short(const std::filesystem::path& directory);

}  // namespace commitbench
