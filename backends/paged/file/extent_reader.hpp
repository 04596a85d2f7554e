// SPDX-License-Identifier: Apache-2.0
// ExtentReader: reads records of the data file, many at a time, and the next while these are used.
#pragma once

#include "backends/paged/file/aligned_buffer.hpp"
#include "backends/paged/file/extent.hpp"
#include "backends/paged/file/read_counters.hpp"
#include "harness/core/bytes.hpp"

#include <array>
#include <filesystem>
#include <vector>

namespace commitbench::paged {

/// For one thread at a time, with a queue of its own; any number of them. May not outlive the
/// ExtentFile that made it. Sees a record once the flush() or commit_checkpoint() after its write()
/// has returned, and until the commit_checkpoint() after its release() begins.
class ExtentReader {
  public:
    struct Request {
        Extent extent{};
        ByteView payload{};  ///< out: valid until the begin() or read() after the next one
    };

    /// Owns the queue; what the references name outlives the reader.
    ExtentReader(std::unique_ptr<DiskQueue> queue,
                 const DiskFile& file,
                 std::uint64_t identity,
                 const std::filesystem::path& directory,
                 ReadCounters& counters)
        : queue_(std::move(queue)),
          file_(&file),
          identity_(identity),
          directory_(&directory),
          counters_(&counters) {}

    /// Begins to read all of them as one batch. INVARIANT: no extent is none; at most one batch is
    /// under way.
    void begin(std::span<const Request> requests);
    /// Waits for the oldest batch under way, whose requests these are, and checks each record.
    /// corrupt where one is not what was written there, io where the disk refuses: the message
    /// names file and byte, and no payload of the batch may be used.
    Status end(std::span<Request> requests);
    /// Both, one after the other. INVARIANT: no batch is under way.
    Status read(std::span<Request> requests) {
        begin(requests);
        return end(requests);
    }

  private:
    struct Side {
        AlignedBuffer buffer{};
        std::vector<Transfer> transfers{};
    };

    std::array<Side, 2> sides_{};
    std::size_t begun_ = 0;  // batches so far; one is on side number % 2
    std::size_t ended_ = 0;
    std::unique_ptr<DiskQueue> queue_;  // goes first: it waits for what it was given
    const DiskFile* file_;
    std::uint64_t identity_;
    const std::filesystem::path* directory_;
    ReadCounters* counters_;
};

}  // namespace commitbench::paged
