// SPDX-License-Identifier: Apache-2.0
// WriteBehind: collects writes in memory and gives them to the disk in large batches.
#pragma once

#include "backends/paged/file/aligned_buffer.hpp"
#include "backends/paged/file/disk.hpp"

#include <array>
#include <filesystem>
#include <vector>

namespace commitbench::paged {

/// Two buffers: one is filled while the other is on its way. Neighbours in the file that come one
/// after the other become one write, and where it is cut, it is cut between pages: a page that was
/// begun waits for its rest in the next buffer, until flush(). Not thread-safe; the file outlives
/// it.
class WriteBehind {
  public:
    static constexpr std::size_t kBufferBytes = std::size_t{4} << 20;

    [[nodiscard]] static Result<std::unique_ptr<WriteBehind>> open(
        DiskFile& file,
        const std::filesystem::path& directory);
    WriteBehind(const WriteBehind&) = delete;
    WriteBehind& operator=(const WriteBehind&) = delete;
    ~WriteBehind();

    /// Memory for `bytes` that will be written at `offset`; whatever is put there before the next
    /// call of anything here is what is written. io where an earlier write failed. INVARIANT: both
    /// are multiples of a sector, bytes > 0.
    Result<std::uint8_t*> reserve(std::uint64_t offset, std::uint32_t bytes);
    /// Returns when everything reserved is written (not synced).
    Status flush();

    /// Since open.
    [[nodiscard]] std::uint64_t writes() const noexcept { return writes_; }
    [[nodiscard]] std::uint64_t written_bytes() const noexcept { return written_bytes_; }

  private:
    /// A larger write is cut at multiples of this, so that its parts travel at the same time.
    static constexpr std::uint32_t kMaxTransferBytes = std::uint32_t{1} << 20;

    struct Side {
        std::unique_ptr<DiskQueue> queue;
        AlignedBuffer buffer;
        std::size_t used = 0;
        std::vector<Transfer> transfers;
        bool under_way = false;
    };

    WriteBehind(DiskFile& file, std::filesystem::path directory)
        : file_(&file), directory_(std::move(directory)) {}

    void start(Side& side);
    Status finish(Side& side);
    /// Begins writing what is full and makes the other buffer the one that is filled.
    Status turn();
    static void make_room(Side& side, std::size_t bytes);
    void add_transfers(Side& side, std::uint64_t offset, std::uint8_t* data, std::uint32_t bytes);

    DiskFile* file_;
    std::filesystem::path directory_;
    std::array<Side, 2> sides_{};
    std::size_t filling_ = 0;  // index into sides_
    std::uint64_t writes_ = 0;
    std::uint64_t written_bytes_ = 0;
};

}  // namespace commitbench::paged
