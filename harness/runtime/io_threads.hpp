// SPDX-License-Identifier: Apache-2.0
// IoThreads: threads that wait in the kernel so that others need not.
//
// Apart from the worker pool on purpose: a worker has a core and computes, one of these sleeps in
// pread() nearly all its life, and a disk wants more of them at a time than there are cores.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace commitbench {

/// `count` numbered calls that block. Made by whoever wants them run, and alive until wait().
class BlockingBatch {
  public:
    BlockingBatch() = default;
    BlockingBatch(const BlockingBatch&) = delete;
    BlockingBatch& operator=(const BlockingBatch&) = delete;
    virtual ~BlockingBatch() = default;
    /// Call `index`: from any thread, each index once, in any order.
    virtual void run(std::size_t index) noexcept = 0;

  private:
    friend class IoThreads;
    // Under IoThreads' mutex.
    BlockingBatch* after_ = nullptr;
    std::size_t count_ = 0;
    std::size_t begun_ = 0;
    std::size_t done_ = 0;
    std::condition_variable all_done_;
};

/// A fixed number of threads and one queue of batches, oldest first. All calls from any thread; the
/// destructor waits for the threads, and no batch may be under way by then.
class IoThreads {
  public:
    /// INVARIANT: threads > 0.
    explicit IoThreads(unsigned threads);
    IoThreads(const IoThreads&) = delete;
    IoThreads& operator=(const IoThreads&) = delete;
    ~IoThreads();

    /// Begins calls 0 to count - 1. INVARIANT: the batch is not under way.
    void start(BlockingBatch& batch, std::size_t count);
    /// Returns when all calls of the batch have returned.
    void wait(BlockingBatch& batch);

  private:
    void work();

    std::mutex mutex_;
    std::condition_variable wanted_;
    BlockingBatch* first_ = nullptr;  // batches with calls not begun
    BlockingBatch* last_ = nullptr;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace commitbench
