// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/uring_queue.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fmt/format.h>
#include <system_error>

namespace commitbench::paged {
namespace {

/// The best ring that the kernel has. Where one thread does all with it, completions wait until
/// that thread asks for them (Linux 6.1); else they do not interrupt it (5.19).
int init_ring(unsigned depth, QueueUse use, io_uring& ring) {
    constexpr unsigned kOneThread = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    int made = -EINVAL;
    if (use == QueueUse::batches) {
        made = io_uring_queue_init(depth, &ring, kOneThread);
    }
    if (made == -EINVAL) {
        made = io_uring_queue_init(depth, &ring, IORING_SETUP_COOP_TASKRUN);
    }
    return made == -EINVAL ? io_uring_queue_init(depth, &ring, 0) : made;
}

/// Orders the end of a ring before the making of any later one. The kernel does so anyway when it
/// maps a new ring where an old one was, but liburing calls it directly, so that ThreadSanitizer
/// would take two threads' rings, one after the other in one place, for a race.
std::atomic<unsigned> rings_ended = 0;

}  // namespace

int UringQueue::probe() {
    io_uring ring{};
    if (const int made = init_ring(2, QueueUse::overlapped, ring); made < 0) {
        return -made;
    }
    int missing = 0;
    io_uring_probe* const known = io_uring_get_probe_ring(&ring);
    if (known == nullptr || io_uring_opcode_supported(known, IORING_OP_READ) == 0 ||
        io_uring_opcode_supported(known, IORING_OP_WRITE) == 0) {
        missing = ENOSYS;
    }
    if (known != nullptr) {
        io_uring_free_probe(known);
    }
    io_uring_queue_exit(&ring);
    return missing;
}

Result<std::unique_ptr<UringQueue>> UringQueue::open(int file, unsigned depth, QueueUse use) {
    std::unique_ptr<UringQueue> queue(new UringQueue(file, depth, use));
    if (const int made = queue->make_ring(); made < 0) {
        return Error{ErrorCode::io,
                     fmt::format("paged: the kernel gives no io_uring ({}): choose io=threads",
                                 std::error_code(-made, std::generic_category()).message())};
    }
    return queue;
}

UringQueue::~UringQueue() {
    while (!batches_.empty()) {
        finish(batches_.front().transfers);
    }
    drop_ring();
}

int UringQueue::make_ring() {
    const int made = init_ring(depth_, use_, ring_);
    (void)rings_ended.load(std::memory_order_acquire);
    has_ring_ = made >= 0;
    return made;
}

void UringQueue::drop_ring() {
    if (has_ring_) {
        rings_ended.fetch_add(1, std::memory_order_release);
        io_uring_queue_exit(&ring_);
        has_ring_ = false;
    }
}

void UringQueue::start(std::span<Transfer> batch) {
    if (batch.empty()) {
        return;
    }
    batches_.push_back({.transfers = batch});
    if (broken_ != 0) {
        fail(broken_);
    } else if (use_ == QueueUse::overlapped) {
        fill();
        submit(0);
    }
    // Else the caller is about to wait, and one system call does for both.
}

void UringQueue::finish(std::span<Transfer> batch) {
    const auto is_under_way = [&] {
        const auto found = batch_of(batch.data());
        return found != batches_.end() && found->done < found->transfers.size();
    };
    while (is_under_way()) {
        fill();
        // A quarter at a time: enough stays in flight to keep the device busy, and a system call
        // serves several transfers.
        submit(std::max(1U, std::min(in_flight_ / 4, 8U)));
        if (has_ring_) {
            reap();
        }
    }
    if (const auto found = batch_of(batch.data()); found != batches_.end()) {
        batches_.erase(found);
    }
}

std::vector<UringQueue::Batch>::iterator UringQueue::batch_of(const Transfer* transfer) {
    return std::ranges::find_if(batches_, [transfer](const Batch& batch) {
        const Transfer* const first = batch.transfers.data();
        return !std::less<>()(transfer, first) &&
               std::less<>()(transfer, first + batch.transfers.size());
    });
}

void UringQueue::fill() {
    for (Batch& batch : batches_) {
        while (batch.begun < batch.transfers.size() && in_flight_ < depth_) {
            io_uring_sqe* const entry = io_uring_get_sqe(&ring_);
            if (entry == nullptr) {
                return;
            }
            Transfer& transfer = batch.transfers[batch.begun++];
            if (transfer.kind == Transfer::Kind::read) {
                io_uring_prep_read(entry, file_, transfer.data, transfer.bytes, transfer.offset);
            } else {
                io_uring_prep_write(entry, file_, transfer.data, transfer.bytes, transfer.offset);
            }
            io_uring_sqe_set_data(entry, &transfer);
            ++in_flight_;
        }
    }
}

void UringQueue::submit(unsigned wait_for) {
    const int given = io_uring_submit_and_wait(&ring_, wait_for);
    if (given >= 0 || given == -EINTR || given == -EAGAIN || given == -EBUSY) {
        // Interrupted or short of memory for the moment: finish() comes by again.
        return;
    }
    const auto unanswered = [](const Batch& batch) { return batch.done == 0; };
    if (given == -EEXIST && use_ == QueueUse::batches &&
        std::ranges::all_of(batches_, unanswered)) {
        // The ring belongs to the thread that used it before, and knows nothing of these batches.
        drop_ring();
        in_flight_ = 0;
        for (Batch& batch : batches_) {
            batch.begun = 0;
        }
        if (const int made = make_ring(); made < 0) {
            broken_ = -made;
            fail(broken_);
        }
        return;
    }
    broken_ = -given;
    fail(broken_);
}

void UringQueue::reap() {
    unsigned head = 0;
    unsigned seen = 0;
    io_uring_cqe* completion = nullptr;
    io_uring_for_each_cqe(&ring_, head, completion) {
        auto& transfer = *static_cast<Transfer*>(io_uring_cqe_get_data(completion));
        transfer.result = completion->res;
        ++batch_of(&transfer)->done;
        ++seen;
    }
    io_uring_cq_advance(&ring_, seen);
    in_flight_ -= seen;
}

void UringQueue::fail(int number) {
    // The ring takes nothing any more, so what it has not answered by now it will not answer.
    for (Batch& batch : batches_) {
        for (Transfer& transfer : batch.transfers) {
            transfer.result = -number;
        }
        batch.begun = batch.transfers.size();
        batch.done = batch.transfers.size();
    }
}

}  // namespace commitbench::paged
