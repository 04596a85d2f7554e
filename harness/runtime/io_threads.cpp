// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/io_threads.hpp"

namespace commitbench {

IoThreads::IoThreads(unsigned threads) {
    threads_.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
    }
}

IoThreads::~IoThreads() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wanted_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void IoThreads::start(BlockingBatch& batch, std::size_t count) {
    const std::lock_guard lock(mutex_);
    batch.after_ = nullptr;
    batch.count_ = count;
    batch.begun_ = 0;
    batch.done_ = 0;
    if (count == 0) {
        return;
    }
    (first_ == nullptr ? first_ : last_->after_) = &batch;
    last_ = &batch;
    if (count == 1) {
        wanted_.notify_one();
    } else {
        wanted_.notify_all();
    }
}

void IoThreads::wait(BlockingBatch& batch) {
    std::unique_lock lock(mutex_);
    batch.all_done_.wait(lock, [&batch] { return batch.done_ == batch.count_; });
}

void IoThreads::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wanted_.wait(lock, [this] { return first_ != nullptr || closing_; });
        if (first_ == nullptr) {
            return;
        }
        BlockingBatch& batch = *first_;
        const std::size_t index = batch.begun_++;
        if (batch.begun_ == batch.count_) {
            first_ = batch.after_;
        }
        lock.unlock();
        batch.run(index);
        lock.lock();
        if (++batch.done_ == batch.count_) {
            // Under the lock: once it is free, the batch may be gone.
            batch.all_done_.notify_all();
        }
    }
}

}  // namespace commitbench
