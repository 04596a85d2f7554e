// SPDX-License-Identifier: Apache-2.0
// Superblock: the one place that says which checkpoint of the store holds.
//
// The first 16 sectors of the data file:
//
//   sector  0  1..6  7    8  9..14  15
//          [A]      [A]  [B]       [B]       A: even sequence numbers, B: odd; two copies of each
//
// A checkpoint writes the slot that the newest one is not in, so a crash in the midst of it leaves
// the newest where it was. A sector is written whole or not at all, so after a crash every copy is
// one that was once written: sequence s - 1 or s - 2 where s did not get there. If one copy of s
// did, s holds, for all that it refers to was synced before.
//
// A copy that does not pass its checksum is thus damage, not a crash. With its twin whole it does
// no harm. With both copies of a slot damaged the store refuses to open: the lost slot may have
// been the newer one, and to go on from the older would lose blocks without a word.
#pragma once

#include "backends/paged/file/checkpoint.hpp"
#include "backends/paged/file/disk.hpp"

#include <filesystem>
#include <optional>

namespace commitbench::paged {

inline constexpr std::uint32_t kSuperblockSectors = 16;

struct Superblock {
    std::uint64_t identity = 0;   ///< random, of the store: seeds every checksum
    std::uint64_t sequence = 0;   ///< one more each time; 0 is the creation of the store
    std::uint64_t log_epoch = 0;  ///< what the log's valid records bear
    std::uint64_t log_bytes = 0;  ///< the log file is at least this long
    Extent allocation_map{};
    std::optional<Checkpoint> checkpoint{};
};

/// Reads and writes it; one thread at a time.
class SuperblockSlots {
  public:
    /// The data file and the folder for messages; the file outlives it.
    static Result<SuperblockSlots> open(DiskFile& data, const std::filesystem::path& directory);

    /// nullopt where the store was never created, or its creation was cut short. corrupt where the
    /// slots are damaged. Where a crash or damage left a slot with two different copies, makes
    /// them the same again, so that this start depends on no single sector.
    Result<std::optional<Superblock>> load();
    /// Durable when it returns: the second sync of a checkpoint.
    Status store(const Superblock& superblock);

  private:
    SuperblockSlots(DiskFile& data, std::filesystem::path directory)
        : data_(&data), directory_(std::move(directory)) {}

    DiskFile* data_;
    std::filesystem::path directory_;
    std::unique_ptr<DiskQueue> queue_{};
};

}  // namespace commitbench::paged
