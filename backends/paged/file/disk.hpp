// SPDX-License-Identifier: Apache-2.0
// Disk: all that this folder asks of a file system, so that tests can record it, tear it, reorder
// it and make it fail.
#pragma once

#include "harness/core/observer.hpp"
#include "harness/core/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace commitbench::paged {

/// What memory and offsets of a Transfer are aligned to: offset and length to a sector, memory to
/// this.
inline constexpr std::size_t kMemoryAlignment = 4096;

/// One positioned read or write. The caller owns it and its memory until finish() of its batch
/// returned.
struct Transfer {
    enum class Kind : std::uint8_t { read, write };
    Kind kind = Kind::read;
    std::uint64_t offset = 0;
    std::uint8_t* data = nullptr;
    std::uint32_t bytes = 0;
    std::int32_t result = 0;  ///< out: bytes done, perhaps fewer than asked for, or -errno
};

/// How a queue is used: io_uring is a fifth faster where it need not expect anything.
enum class QueueUse : std::uint8_t {
    batches,     ///< while a batch is under way all calls come from one thread, which will wait
    overlapped,  ///< from any threads, with work in between
};

/// Runs batches of transfers on one file, many transfers at a time. For one thread at a time.
class DiskQueue {
  public:
    virtual ~DiskQueue() = default;
    /// Begins a batch, which others may be under way before; in what order transfers are done, and
    /// when, is open until finish().
    virtual void start(std::span<Transfer> batch) = 0;
    /// Waits until every transfer of the batch has its result; the others go on. INVARIANT: it was
    /// begun, and not finished yet.
    virtual void finish(std::span<Transfer> batch) = 0;
};

/// An open file. sync() and allocate() from one thread at a time; queues are as many as wanted.
class DiskFile {
  public:
    virtual ~DiskFile() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<DiskQueue>> open_queue(QueueUse use) = 0;
    /// Every write that had its result before the call, and the file's size, survive power loss
    /// when this returns 0; errno otherwise, and then nobody knows which of them do.
    [[nodiscard]] virtual int sync() = 0;
    /// Bytes, or -errno.
    [[nodiscard]] virtual std::int64_t size() const = 0;
    /// Makes the file at least `bytes` long and reserves the space where the file system can; new
    /// bytes read as zeros. errno, 0 for success.
    [[nodiscard]] virtual int allocate(std::uint64_t bytes) = 0;
    /// For messages: "data".
    [[nodiscard]] virtual const std::string& name() const = 0;
};

/// A folder of files.
class Disk {
  public:
    virtual ~Disk() = default;
    /// Opens the file for reading and writing; makes it, durably, where it is not there.
    [[nodiscard]] virtual Result<std::unique_ptr<DiskFile>> open(std::string_view name) = 0;
    /// Which I/O engine runs the queues, and whether the page cache is in between.
    virtual void facts(FactVisitor& visitor) const = 0;
};

}  // namespace commitbench::paged
