// SPDX-License-Identifier: Apache-2.0
#include "harness/runtime/worker_pool.hpp"

namespace commitbench {
namespace {

/// Of an idle worker before it sleeps: about 50 us, longer than the serial parts between two rounds
/// of one block and shorter than what anyone would notice of a busy core.
constexpr std::uint32_t kSpins = 2'000;

void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

}  // namespace

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        stop_.store(true, std::memory_order_release);
        round_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void WorkerPool::run_erased(Erased call, void* task) {
    if (threads_.empty()) {
        threads_.reserve(workers_ - 1);
        for (std::uint32_t worker = 1; worker < workers_; ++worker) {
            threads_.emplace_back([this, worker] { work(worker); });
        }
    }
    call_ = call;
    task_ = task;
    running_.store(workers_ - 1, std::memory_order_relaxed);
    bool anyone_asleep = false;
    {
        // Under the lock, so that no worker goes to sleep between seeing the old round and waiting.
        const std::lock_guard lock(mutex_);
        round_.fetch_add(1, std::memory_order_release);
        anyone_asleep = asleep_ > 0;
    }
    if (anyone_asleep) {
        wake_.notify_all();
    }
    call(task, 0);
    for (std::uint32_t spins = 0; running_.load(std::memory_order_acquire) != 0; ++spins) {
        // More workers than cores: the one that is waited for may need this core.
        if (spins < kSpins) {
            relax();
        } else {
            std::this_thread::yield();
        }
    }
}

void WorkerPool::work(std::uint32_t worker) {
    std::uint64_t seen = 0;
    while (true) {
        std::uint32_t spins = 0;
        while (round_.load(std::memory_order_acquire) == seen && spins < kSpins) {
            relax();
            ++spins;
        }
        if (round_.load(std::memory_order_acquire) == seen) {
            std::unique_lock lock(mutex_);
            ++asleep_;
            wake_.wait(lock, [&] { return round_.load(std::memory_order_acquire) != seen; });
            --asleep_;
        }
        ++seen;
        if (stop_.load(std::memory_order_acquire)) {
            return;
        }
        call_(task_, worker);
        running_.fetch_sub(1, std::memory_order_release);
    }
}

}  // namespace commitbench
