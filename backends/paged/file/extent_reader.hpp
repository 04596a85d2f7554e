// SPDX-License-Identifier: Apache-2.0
// ExtentReader: reads records of the data file, many at a time.
#pragma once

#include "backends/paged/file/aligned_buffer.hpp"
#include "backends/paged/file/extent.hpp"
#include "backends/paged/file/read_counters.hpp"
#include "harness/core/bytes.hpp"

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
        ByteView payload{};  ///< out: valid until the next call
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

    /// Reads all of them as one batch and checks each. corrupt where a record is not what was
    /// written there, io where the disk refuses: the message names file and byte, and no payload
    /// of the batch may be used. INVARIANT: no extent is none.
    Status read(std::span<Request> requests);

  private:
    std::unique_ptr<DiskQueue> queue_;
    const DiskFile* file_;
    std::uint64_t identity_;
    const std::filesystem::path* directory_;
    ReadCounters* counters_;
    AlignedBuffer buffer_{};
    std::vector<Transfer> transfers_;
};

}  // namespace commitbench::paged
