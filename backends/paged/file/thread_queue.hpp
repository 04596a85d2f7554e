// SPDX-License-Identifier: Apache-2.0
// The queue for systems without io_uring: pread and pwrite on blocking threads.
#pragma once

#include "backends/paged/file/disk.hpp"
#include "harness/runtime/io_threads.hpp"

#include <vector>

namespace commitbench::paged {

/// As many transfers at a time as `threads` has threads; a batch of one runs on the caller's.
class ThreadQueue final : public DiskQueue {
  public:
    /// `file` is a descriptor that outlives the queue, as do the threads.
    ThreadQueue(int file, IoThreads& threads) noexcept;
    ThreadQueue(const ThreadQueue&) = delete;
    ThreadQueue& operator=(const ThreadQueue&) = delete;
    ~ThreadQueue() override;

    void start(std::span<Transfer> batch) override;
    void finish(std::span<Transfer> batch) override;

  private:
    class Batch;

    int file_;
    IoThreads* threads_;
    std::vector<std::unique_ptr<Batch>> batches_;  // under way, of more than one transfer
};

}  // namespace commitbench::paged
