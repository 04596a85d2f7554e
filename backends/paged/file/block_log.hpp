// SPDX-License-Identifier: Apache-2.0
// BlockLog: what changed in each block since the checkpoint.
//
// The file holds the records of consecutive blocks, one after the other from byte 0 (log_record.hpp
// has their format), then zeros or what is left of earlier rounds. A checkpoint empties it by a new
// epoch in the superblock; no byte of the log is touched for that. The file is filled with zeros
// ahead of the records, so that the sync of a record has no metadata to write, and never shrinks.
//
// After a crash the log ends before the first record that is not whole. With durability=block that
// can only be the last one, whose append() had not returned. Where a record further on says that
// the bad one had been synced, it is damage and the store refuses to open. The newest record has no
// such witness: damage to it looks like a write that was cut short, and costs that one block. A log
// that begins with anything but zeros or a header of this store is damaged, or another store's.
#pragma once

#include "backends/paged/file/disk.hpp"
#include "backends/paged/file/log_record.hpp"
#include "backends/paged/file/write_behind.hpp"
#include "harness/core/backend.hpp"

#include <functional>
#include <optional>
#include <span>

namespace commitbench::paged {

struct BlockLogSettings {
    std::filesystem::path directory{};  ///< for messages
    std::uint64_t identity = 0;
    std::uint64_t life = 0;  ///< random
    Durability durability = Durability::none;
    std::uint64_t growth_bytes = 0;  ///< multiple of a sector
};

/// One thread at a time. After an error of append() nothing but replay() may follow.
class BlockLog {
  public:
    /// The file outlives the log.
    static Result<std::unique_ptr<BlockLog>> open(DiskFile& file, const BlockLogSettings& settings);

    /// Of a new store: prepares the first stretch of the file, durably. corrupt where it has
    /// records: then the store is not new, but its superblock gone.
    Status create(std::uint64_t epoch);
    /// Finds where the log ends. `after` is the checkpoint's block: the first record has the next
    /// one, or any where there is no checkpoint. `min_bytes` is what the superblock promises of the
    /// file's length. corrupt where the file is damaged.
    Status recover(std::uint64_t epoch,
                   std::optional<std::uint64_t> after,
                   std::uint64_t min_bytes);

    /// Hands out every record found or appended, oldest first; the view is valid during the call.
    /// Stops at the first error of `apply`.
    using Apply = std::function<Status(std::uint64_t block, ByteView payload)>;
    Status replay(const Apply& apply);

    /// Appends a record: one sync with durability=block, none otherwise.
    Status append(std::uint64_t block, std::span<const ByteView> payload);

    /// The log is empty and its records bear `epoch` from now on. Called when the superblock that
    /// says so is durable.
    void restart(std::uint64_t epoch) noexcept;

    /// Prepared length of the file.
    [[nodiscard]] std::uint64_t length() const noexcept { return length_; }
    /// Sees to it that the file is still that long after power loss.
    Status make_length_durable();

    /// From byte 0 to the end of the newest record.
    [[nodiscard]] std::uint64_t used_bytes() const noexcept { return end_; }
    /// Of the newest record.
    [[nodiscard]] std::optional<std::uint64_t> last_block() const noexcept { return last_block_; }
    /// Since open, headers and padding included.
    [[nodiscard]] std::uint64_t appended_bytes() const noexcept { return appended_bytes_; }
    [[nodiscard]] std::uint64_t syncs() const noexcept { return syncs_; }

  private:
    struct Place {
        std::uint64_t offset = 0;
        LogRecordHeader header{};
    };

    BlockLog(DiskFile& file, const BlockLogSettings& settings)
        : file_(&file), settings_(settings) {}

    Status sync();
    Status grow(std::uint64_t bytes);
    Status read(std::uint64_t offset, std::uint8_t* data, std::uint64_t bytes);
    /// The header in the sector at `offset`, where it is whole and of this epoch.
    [[nodiscard]] std::optional<LogRecordHeader> header_in(const std::uint8_t* sector,
                                                           std::uint64_t offset) const noexcept;
    Result<std::optional<LogRecordHeader>> read_header(std::uint64_t offset);
    Result<bool> payload_is_whole(const Place& place);
    /// The first sector is zero or a header of this store, though perhaps of an earlier epoch: it
    /// is written whole or not at all.
    Status refuse_foreign_start();
    Status refuse_damage_beyond(std::uint64_t offset);

    DiskFile* file_;
    BlockLogSettings settings_;
    std::unique_ptr<DiskQueue> queue_{};
    std::unique_ptr<WriteBehind> writer_{};
    AlignedBuffer window_{};      // of reads
    std::vector<Place> records_;  // oldest first
    std::uint64_t epoch_ = 0;
    std::uint64_t end_ = 0;             // offset of the next record
    std::uint64_t previous_ = 0;        // header checksum of the newest record
    std::uint64_t length_ = 0;          // bytes of the file, all of them written
    std::uint64_t durable_length_ = 0;  // what of it a sync has covered
    std::optional<std::uint64_t> last_block_{};
    std::uint64_t appended_bytes_ = 0;
    std::uint64_t syncs_ = 0;
};

}  // namespace commitbench::paged
