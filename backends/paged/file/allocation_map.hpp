// SPDX-License-Identifier: Apache-2.0
// AllocationMap: the SectorMap and its image in the data file.
//
//   superblock --> index record: u64 capacity in sectors, then an Extent (packed, u64) a chunk, 0
//                      |         where no sector of the chunk was ever taken
//                      v
//                  chunk record: the bits of 32,640 sectors (about 16 MiB of file), 4,080 bytes, so
//                                that the record is a page; past the capacity the bits are 0
//
// The records lie in the sectors that the map describes, itself included. A checkpoint writes the
// chunks that changed and a new index; the old ones are released like any record. Writing a chunk
// takes sectors and releases some, which changes chunks in turn, but each chunk once at most, so
// the plan ends.
//
// The image describes what is taken once its checkpoint is durable: released extents are free in
// it. In memory they stay taken until then, for the checkpoint before needs them until then.
#pragma once

#include "backends/paged/file/record.hpp"
#include "backends/paged/file/sector_map.hpp"
#include "harness/core/result.hpp"

#include <functional>

namespace commitbench::paged {

class AllocationMap {
  public:
    static constexpr std::size_t kChunkWords = 510;
    static constexpr std::uint64_t kChunkSectors = kChunkWords * SectorMap::kWordSectors;
    /// The index is one record: about 68 TB of file.
    static constexpr std::uint64_t kMaxSectors =
        (kMaxPayloadBytes / sizeof(std::uint64_t) - 64) * kChunkSectors;

    /// Takes the first sectors for good: they hold the superblock. INVARIANT: capacity() == 0.
    void create(std::uint64_t sectors, std::uint32_t reserved);
    /// As a checkpoint left it. `read` gives a record's payload until its next call; `index` is
    /// where persist() put the index. False where the records are of no map.
    using ReadRecord = std::function<Result<ByteView>(const Extent&)>;
    Result<bool> load(const Extent& index, const ReadRecord& read);

    [[nodiscard]] const SectorMap& sectors() const noexcept { return sectors_; }

    /// See SectorMap.
    [[nodiscard]] std::optional<Extent> take(std::uint32_t sectors);
    void grow(std::uint64_t sectors);
    void end_page() noexcept { sectors_.end_page(); }
    /// Free once the next checkpoint is durable.
    void release(const Extent& extent);
    [[nodiscard]] std::uint64_t released_sectors() const noexcept { return released_sectors_; }

    /// Writes what changed. `allocate` takes sectors here, growing as needed; `write` writes a
    /// record to the extent that it got. Returns where the index lies. From then until the
    /// checkpoint is durable nothing may be taken: the released sectors are free already.
    using Allocate = std::function<Result<Extent>(std::size_t payload)>;
    using WriteRecord = std::function<Status(const Extent&, ByteView)>;
    Result<Extent> persist(const Allocate& allocate, const WriteRecord& write);

  private:
    void mark_changed(const Extent& extent);
    /// Gives every changed chunk and the index a new extent.
    Status plan(const Allocate& allocate);
    [[nodiscard]] std::span<const std::uint64_t> chunk_words(std::size_t chunk) const noexcept;

    SectorMap sectors_;
    std::vector<Extent> chunks_;        // where each chunk's image lies; none: nothing taken there
    std::vector<bool> is_changed_;      // since the last checkpoint, a chunk each
    std::vector<std::size_t> changed_;  // the same chunks as a list
    std::vector<Extent> released_;
    std::uint64_t released_sectors_ = 0;
    Extent index_{};
    std::size_t index_entries_ = 0;  // chunks that the index at index_ has room for
};

}  // namespace commitbench::paged
