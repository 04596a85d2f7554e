// SPDX-License-Identifier: Apache-2.0
// The queue on io_uring: one ring, one system call for many transfers.
#pragma once

#include "backends/paged/file/disk.hpp"

#include <liburing.h>
#include <vector>

namespace commitbench::paged {

class UringQueue final : public DiskQueue {
  public:
    /// Up to `depth` transfers at a time on the descriptor `file`, which outlives the queue. io
    /// where the kernel gives no ring.
    [[nodiscard]] static Result<std::unique_ptr<UringQueue>> open(int file,
                                                                  unsigned depth,
                                                                  QueueUse use);
    /// 0 where this process can have a ring that reads and writes, errno otherwise: an old kernel,
    /// seccomp, the sysctl kernel.io_uring_disabled.
    [[nodiscard]] static int probe();

    UringQueue(const UringQueue&) = delete;
    UringQueue& operator=(const UringQueue&) = delete;
    ~UringQueue() override;

    void start(std::span<Transfer> batch) override;
    void finish(std::span<Transfer> batch) override;

  private:
    struct Batch {
        std::span<Transfer> transfers;
        std::size_t begun = 0;  // given to the ring
        std::size_t done = 0;
    };

    UringQueue(int file, unsigned depth, QueueUse use) noexcept
        : file_(file), depth_(depth), use_(use) {}

    [[nodiscard]] int make_ring();
    void drop_ring();
    [[nodiscard]] std::vector<Batch>::iterator batch_of(const Transfer* transfer);
    void fill();
    void submit(unsigned wait_for);
    void reap();
    void fail(int number);

    int file_;
    unsigned depth_;
    QueueUse use_;
    io_uring ring_{};
    bool has_ring_ = false;
    int broken_ = 0;              // errno of a ring that refused to go on
    std::vector<Batch> batches_;  // under way, oldest first
    unsigned in_flight_ = 0;
};

}  // namespace commitbench::paged
