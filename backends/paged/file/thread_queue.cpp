// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/thread_queue.hpp"

#include <cerrno>
#include <unistd.h>

namespace commitbench::paged {

ThreadQueue::~ThreadQueue() {
    if (under_way_) {
        threads_->wait(*this);
    }
}

void ThreadQueue::start(std::span<Transfer> batch) {
    batch_ = batch;
    if (batch.size() == 1) {
        run(0);
    } else if (!batch.empty()) {
        under_way_ = true;
        threads_->start(*this, batch.size());
    }
}

void ThreadQueue::finish() {
    if (under_way_) {
        threads_->wait(*this);
        under_way_ = false;
    }
}

void ThreadQueue::run(std::size_t index) noexcept {
    Transfer& transfer = batch_[index];
    const auto offset = static_cast<off_t>(transfer.offset);
    ssize_t done = 0;
    do {
        done = transfer.kind == Transfer::Kind::read
                   ? ::pread(file_, transfer.data, transfer.bytes, offset)
                   : ::pwrite(file_, transfer.data, transfer.bytes, offset);
    } while (done < 0 && errno == EINTR);
    transfer.result = static_cast<std::int32_t>(done < 0 ? -errno : done);
}

}  // namespace commitbench::paged
