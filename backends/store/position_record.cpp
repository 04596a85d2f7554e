// SPDX-License-Identifier: Apache-2.0
#include "backends/store/position_record.hpp"

#include <fmt/format.h>

namespace commitbench {
namespace {

constexpr std::string_view kKey = "position";
constexpr std::size_t kRootOffset = 8;
constexpr std::size_t kLoadOffset = 40;

void put_record(Batch& batch, Table meta, const PositionRecord& record) {
    batch.put(meta, as_bytes(kKey), encode_position(record));
}

}  // namespace

std::array<std::uint8_t, kPositionRecordSize> encode_position(const PositionRecord& record) {
    std::array<std::uint8_t, kPositionRecordSize> bytes{};
    for (std::size_t i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::uint8_t>(record.position.block >> (8 * i));
    }
    std::ranges::copy(record.position.root.bytes, bytes.begin() + kRootOffset);
    bytes[kLoadOffset] = static_cast<std::uint8_t>(record.load);
    return bytes;
}

Result<PositionRecord> decode_position(ByteView bytes) {
    if (bytes.size() != kPositionRecordSize) {
        return Error{ErrorCode::corrupt,
                     fmt::format("the position record has {} bytes where it must have {}: the data "
                                 "folder is damaged, delete it and load again",
                                 bytes.size(), kPositionRecordSize)};
    }
    const std::uint8_t load = bytes[kLoadOffset];
    if (load != static_cast<std::uint8_t>(LoadState::started) &&
        load != static_cast<std::uint8_t>(LoadState::complete)) {
        return Error{
            ErrorCode::corrupt,
            fmt::format("the position record has load state {} where only 1 and 2 exist: the "
                        "data folder is damaged, delete it and load again",
                        load)};
    }
    PositionRecord record;
    record.load = static_cast<LoadState>(load);
    for (std::size_t i = 0; i < 8; ++i) {
        record.position.block |= std::uint64_t{bytes[i]} << (8 * i);
    }
    record.position.root = Root::from(bytes.subspan(kRootOffset, 32));
    return record;
}

Result<PositionRecord> read_position(StoreReader& reader, Table meta) {
    auto value = reader.get(meta, as_bytes(kKey));
    if (!value) {
        return value.error();
    }
    return value->has_value() ? decode_position(**value) : PositionRecord{};
}

Result<PositionRecord> read_position(Store& store, Table meta) {
    auto reader = store.open_reader();
    if (!reader) {
        return reader.error();
    }
    return read_position(**reader, meta);
}

void put_position(Batch& batch, Table meta, const Position& position) {
    put_record(batch, meta, {LoadState::complete, position});
}

Status mark_load_started(Store& store, Table meta) {
    const auto batch = store.new_batch();
    put_record(*batch, meta, {LoadState::started, {}});
    return store.commit(*batch, CommitMode::durable);
}

Status mark_load_complete(Store& store, Table meta, const Position& position) {
    COMMITBENCH_TRY(store.sync());
    const auto batch = store.new_batch();
    put_position(*batch, meta, position);
    return store.commit(*batch, CommitMode::durable);
}

Error load_was_cut_short(const std::filesystem::path& directory) {
    return bad_input(fmt::format(
        "the data folder '{}' holds a load that was cut short: delete the folder and load again",
        directory.string()));
}

}  // namespace commitbench
