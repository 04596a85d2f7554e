// SPDX-License-Identifier: Apache-2.0
// ExtentFile: the files under paged:store=file. Immutable records, a log of blocks, and checkpoints
// that name a whole state; shadow paging under a logical log.
//
//   DIR/data   superblock (superblock.hpp), then records (record.hpp) in extents of sectors
//   DIR/log    the blocks since the checkpoint (block_log.hpp)
//
// A checkpoint
//   1  write the changed records, then the allocation map's, to free sectors     any order
//   2  sync data
//   3  write the superblock to the slot of the checkpoint before the last
//   4  sync data
//   5  in memory: released sectors become free, the log is empty
//
// Why a crash anywhere loses nothing:
//   before 4 is done  If no copy of the superblock got there, the checkpoint before holds: its
//                     records lie in sectors that are taken until 5, so none of the writes of 1 hit
//                     them, and the log, untouched since, has the blocks after it. If a copy got
//                     there, it was written after 2, so all that it refers to is there.
//   after 4           The new checkpoint holds. Log records of before bear an older epoch.
//   inside append()   The log's argument: block_log.hpp. The data file is not written.
// Writes of 1 that happen between checkpoints (the write-behind buffer running full) hit sectors
// that no durable checkpoint refers to, so they need no order either. Nor do two of them ever touch
// the same sector before the next checkpoint: what is released stays taken until then.
//
// A killed process can outlive itself: io_uring does not wait, when a process ends, for writes that
// the device has begun, and they may land after the process is gone and its folder's lock with it.
// One of them could hit a log record or a sector that the next process has written since. So every
// file is locked (flock) through its own open description, which such writes hold too: the next
// open() of a file returns when the last of them is done (system_disk.cpp; paged_file_killed_test
// fails without). Writes by threads need none of this: a thread does not end inside one.
//
// With durability=none the log is not synced, checkpoints are: a power cut takes the store back to
// an earlier block, at worst to the checkpoint, never to anything else.
//
// One thing is beyond this: where direct I/O is off and a sync failed, Linux may keep in its page
// cache, as if written, what the disk refused. A restart on the same running system then believes
// it, and a power cut after that shows otherwise (as a failed checksum, or as an earlier block).
#pragma once

#include "backends/paged/file/allocation_map.hpp"
#include "backends/paged/file/block_log.hpp"
#include "backends/paged/file/extent_reader.hpp"
#include "backends/paged/file/superblock.hpp"
#include "backends/paged/file/system_disk.hpp"

namespace commitbench::paged {

struct ExtentFileSettings {
    std::filesystem::path directory{};  ///< exists and is claimed by this process
    Durability durability = Durability::none;
    IoEngine io = IoEngine::automatic;
    unsigned queue_depth = 64;  ///< transfers at a time of one reader
    bool direct = true;         ///< past the page cache where the file system takes it
    /// The data file grows by this or a half, up to 256 MiB at a time; multiple of 32 KiB.
    std::uint64_t growth_bytes = std::uint64_t{1} << 20;
    /// The log file begins with this and doubles, by at most 64 MiB at a time; multiple of a
    /// sector.
    std::uint64_t log_growth_bytes = std::uint64_t{1} << 20;
    Disk* disk = nullptr;  ///< for tests: instead of the directory's; outlives the store
};

/// One thread at a time, readers apart. After the first error of log_block(), write(), flush() or
/// commit_checkpoint() the store takes no more: each of them returns that error again, and what was
/// durable before is there on the next open. Readers go on.
class ExtentFile {
  public:
    /// Makes the files where there are none. corrupt where they are damaged, io where the disk
    /// refuses.
    [[nodiscard]] static Result<std::unique_ptr<ExtentFile>> open(
        const ExtentFileSettings& settings);
    ExtentFile(const ExtentFile&) = delete;
    ExtentFile& operator=(const ExtentFile&) = delete;
    ~ExtentFile() = default;

    /// The newest durable one; nullopt: nothing was ever persisted.
    [[nodiscard]] std::optional<Checkpoint> checkpoint() const { return superblock_.checkpoint; }
    /// The newest block in the log or, where it is empty, the checkpoint's.
    [[nodiscard]] std::optional<std::uint64_t> last_block() const;
    /// Hands out the log's blocks after the checkpoint, oldest first. The view is valid during the
    /// call; an error of `apply` ends it and is returned.
    Status replay(const BlockLog::Apply& apply) { return log_->replay(apply); }

    /// Logs the block whose changes are the pieces, one after the other. Returns when it is as
    /// durable as asked. INVARIANT: the block after last_block().
    Status log_block(std::uint64_t block, std::span<const ByteView> payload_pieces);

    [[nodiscard]] Result<std::unique_ptr<ExtentReader>> open_reader();

    /// Writes a record for the next checkpoint; the payload is copied. Readers see it after
    /// flush(). What no checkpoint was made of is gone after a restart. INVARIANT: payload.size()
    /// <= kMaxPayloadBytes.
    Result<Extent> write(ByteView payload);
    /// Readers see all that was written when this returns. Not durable.
    Status flush();
    /// Its sectors are free once the next checkpoint is durable; until then readers may read it.
    /// INVARIANT: from write(), not released yet, or none.
    void release(const Extent& extent);

    /// Makes all that was written since the last checkpoint durable, and `checkpoint` the one that
    /// a restart finds; empties the log. Two syncs. INVARIANT: checkpoint.block >= last_block().
    Status commit_checkpoint(const Checkpoint& checkpoint);

    /// Of the log since the checkpoint, bytes: how much a restart would replay.
    [[nodiscard]] std::uint64_t log_bytes_since_checkpoint() const { return log_->used_bytes(); }
    /// Data file and log, bytes on disk.
    [[nodiscard]] std::uint64_t file_bytes() const;

    /// file_reads (records), file_read_batches, file_read_bytes, file_writes (transfers),
    /// file_write_bytes, file_log_bytes, file_syncs, file_checkpoints; file_bytes (may not shrink)
    /// and file_free_bytes (of the data file).
    void counters(CounterVisitor& visitor) const;
    void facts(FactVisitor& visitor) const;

  private:
    explicit ExtentFile(const ExtentFileSettings& settings) : settings_(settings) {}

    Status open_files();
    Status create();
    Status recover();
    Result<Extent> allocate(std::size_t payload);
    Status grow(std::uint32_t sectors);
    Status flush_writer();
    Status write_at(const Extent& extent, ByteView payload);
    Status sync_data();
    Status make_checkpoint(const Checkpoint& checkpoint);
    /// Remembers an error for good.
    template<class T>
    T keep_error(T result);

    ExtentFileSettings settings_;
    std::unique_ptr<Disk> own_disk_{};  // null where a test brought one
    Disk* disk_ = nullptr;
    // Files before what uses them.
    std::unique_ptr<DiskFile> data_{};
    std::unique_ptr<DiskFile> log_file_{};
    std::optional<SuperblockSlots> slots_{};
    std::unique_ptr<WriteBehind> writer_{};
    std::unique_ptr<BlockLog> log_{};
    AllocationMap map_{};
    Superblock superblock_{};
    std::optional<Error> closed_{};  // the first error: no more writes
    ReadCounters reads_{};
    std::uint64_t data_syncs_ = 0;
    std::uint64_t checkpoints_ = 0;
};

}  // namespace commitbench::paged
