// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/thread_queue.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace commitbench::paged {
namespace {

void run_transfer(int file, Transfer& transfer) noexcept {
    const auto offset = static_cast<off_t>(transfer.offset);
    ssize_t done = 0;
    do {
        done = transfer.kind == Transfer::Kind::read
                   ? ::pread(file, transfer.data, transfer.bytes, offset)
                   : ::pwrite(file, transfer.data, transfer.bytes, offset);
    } while (done < 0 && errno == EINTR);
    transfer.result = static_cast<std::int32_t>(done < 0 ? -errno : done);
}

}  // namespace

class ThreadQueue::Batch final : public BlockingBatch {
  public:
    Batch(int file, std::span<Transfer> transfers) noexcept : file_(file), transfers_(transfers) {}
    [[nodiscard]] const Transfer* first() const noexcept { return transfers_.data(); }

  private:
    void run(std::size_t index) noexcept override { run_transfer(file_, transfers_[index]); }

    int file_;
    std::span<Transfer> transfers_;
};

ThreadQueue::ThreadQueue(int file, IoThreads& threads) noexcept : file_(file), threads_(&threads) {}

ThreadQueue::~ThreadQueue() {
    for (const auto& batch : batches_) {
        threads_->wait(*batch);
    }
}

void ThreadQueue::start(std::span<Transfer> batch) {
    if (batch.size() == 1) {
        run_transfer(file_, batch.front());
    } else if (!batch.empty()) {
        batches_.push_back(std::make_unique<Batch>(file_, batch));
        threads_->start(*batches_.back(), batch.size());
    }
}

void ThreadQueue::finish(std::span<Transfer> batch) {
    const auto found = std::ranges::find(batches_, batch.data(),
                                         [](const auto& under_way) { return under_way->first(); });
    if (found != batches_.end()) {
        threads_->wait(**found);
        batches_.erase(found);
    }
}

}  // namespace commitbench::paged
