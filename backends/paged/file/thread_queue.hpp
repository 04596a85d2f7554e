// SPDX-License-Identifier: Apache-2.0
// The queue for systems without io_uring: pread and pwrite on blocking threads.
#pragma once

#include "backends/paged/file/disk.hpp"
#include "harness/runtime/io_threads.hpp"

namespace commitbench::paged {

/// As many transfers at a time as `threads` has threads; a batch of one runs on the caller's.
class ThreadQueue final : public DiskQueue, private BlockingBatch {
  public:
    /// `file` is a descriptor that outlives the queue, as do the threads.
    ThreadQueue(int file, IoThreads& threads) noexcept : file_(file), threads_(&threads) {}
    ThreadQueue(const ThreadQueue&) = delete;
    ThreadQueue& operator=(const ThreadQueue&) = delete;
    ~ThreadQueue() override;

    void start(std::span<Transfer> batch) override;
    void finish() override;

  private:
    void run(std::size_t index) noexcept override;

    int file_;
    IoThreads* threads_;
    std::span<Transfer> batch_{};
    bool under_way_ = false;
};

}  // namespace commitbench::paged
