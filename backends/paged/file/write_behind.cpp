// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/write_behind.hpp"

#include "backends/paged/file/extent.hpp"
#include "backends/paged/file/transfers.hpp"

#include <algorithm>
#include <cstring>

namespace commitbench::paged {

Result<std::unique_ptr<WriteBehind>> WriteBehind::open(DiskFile& file,
                                                       const std::filesystem::path& directory) {
    std::unique_ptr<WriteBehind> writer(new WriteBehind(file, directory));
    for (Side& side : writer->sides_) {
        auto queue = file.open_queue(QueueUse::overlapped);
        if (!queue) {
            return queue.error();
        }
        side.queue = std::move(*queue);
    }
    return writer;
}

WriteBehind::~WriteBehind() {
    for (Side& side : sides_) {
        if (side.under_way) {
            side.queue->finish(side.transfers);
        }
    }
}

Result<std::uint8_t*> WriteBehind::reserve(std::uint64_t offset, std::uint32_t bytes) {
    if (sides_[filling_].used + bytes > kBufferBytes && sides_[filling_].used > 0) {
        COMMITBENCH_TRY(turn());
    }
    Side& side = sides_[filling_];
    make_room(side, bytes);
    std::uint8_t* const data = side.buffer.data() + side.used;
    side.used += bytes;
    add_transfers(side, offset, data, bytes);
    written_bytes_ += bytes;
    return data;
}

Status WriteBehind::turn() {
    Side& full = sides_[filling_];
    Side& next = sides_[1 - filling_];
    COMMITBENCH_TRY(finish(next));
    Transfer& last = full.transfers.back();
    const std::uint64_t end = last.offset + last.bytes;
    const auto begun =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(end % kPageBytes, last.bytes));
    if (begun > 0) {
        make_room(next, begun);
        std::memcpy(next.buffer.data(), last.data + last.bytes - begun, begun);
        next.used = begun;
        last.bytes -= begun;
        if (last.bytes == 0) {
            full.transfers.pop_back();
            --writes_;
        }
        add_transfers(next, end - begun, next.buffer.data(), begun);
    }
    start(full);
    filling_ = 1 - filling_;
    return {};
}

/// Memory for so many bytes more.
void WriteBehind::make_room(Side& side, std::size_t bytes) {
    if (side.buffer.size() >= side.used + bytes && side.buffer.size() > 0) {
        return;
    }
    // The first use, or a record larger than any before: then what is here is a page that was
    // begun.
    AlignedBuffer larger(std::max(kBufferBytes, bytes) + kPageBytes);
    for (Transfer& transfer : side.transfers) {
        transfer.data = larger.data() + (transfer.data - side.buffer.data());
    }
    if (side.used > 0) {
        std::memcpy(larger.data(), side.buffer.data(), side.used);
    }
    side.buffer = std::move(larger);
}

void WriteBehind::add_transfers(Side& side,
                                std::uint64_t offset,
                                std::uint8_t* data,
                                std::uint32_t bytes) {
    while (bytes > 0) {
        const std::uint32_t part = static_cast<std::uint32_t>(
            std::min<std::uint64_t>(bytes, kMaxTransferBytes - offset % kMaxTransferBytes));
        Transfer* const last = side.transfers.empty() ? nullptr : &side.transfers.back();
        if (last != nullptr && last->offset + last->bytes == offset &&
            offset % kMaxTransferBytes != 0) {
            last->bytes += part;
        } else {
            side.transfers.push_back({Transfer::Kind::write, offset, data, part});
            ++writes_;
        }
        offset += part;
        data += part;
        bytes -= part;
    }
}

Status WriteBehind::flush() {
    start(sides_[filling_]);
    for (Side& side : sides_) {
        COMMITBENCH_TRY(finish(side));
    }
    return {};
}

void WriteBehind::start(Side& side) {
    if (side.transfers.empty()) {
        side.used = 0;
        return;
    }
    side.queue->start(side.transfers);
    side.under_way = true;
}

Status WriteBehind::finish(Side& side) {
    if (!side.under_way) {
        return {};
    }
    side.under_way = false;
    Status status = finish_transfers(*side.queue, side.transfers, *file_, directory_);
    side.transfers.clear();
    side.used = 0;
    return status;
}

}  // namespace commitbench::paged
