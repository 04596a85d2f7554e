// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/write_behind.hpp"

#include "backends/paged/file/transfers.hpp"

#include <algorithm>

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
            side.queue->finish();
        }
    }
}

Result<std::uint8_t*> WriteBehind::reserve(std::uint64_t offset, std::uint32_t bytes) {
    if (sides_[filling_].used + bytes > sides_[filling_].buffer.size() &&
        sides_[filling_].used > 0) {
        start(sides_[filling_]);
        filling_ = 1 - filling_;
        COMMITBENCH_TRY(finish(sides_[filling_]));
    }
    Side& side = sides_[filling_];
    if (side.buffer.size() < bytes || side.buffer.size() == 0) {
        // The first use, or a record larger than any before.
        side.buffer = AlignedBuffer(std::max<std::size_t>(kBufferBytes, bytes));
    }
    std::uint8_t* const data = side.buffer.data() + side.used;
    side.used += bytes;
    add_transfers(side, offset, data, bytes);
    written_bytes_ += bytes;
    return data;
}

void WriteBehind::add_transfers(Side& side,
                                std::uint64_t offset,
                                std::uint8_t* data,
                                std::uint32_t bytes) {
    if (!side.transfers.empty()) {
        Transfer& last = side.transfers.back();
        if (last.offset + last.bytes == offset && last.bytes < kMaxTransferBytes) {
            const std::uint32_t joined = std::min(bytes, kMaxTransferBytes - last.bytes);
            last.bytes += joined;
            offset += joined;
            data += joined;
            bytes -= joined;
        }
    }
    while (bytes > 0) {
        const std::uint32_t part = std::min(bytes, kMaxTransferBytes);
        side.transfers.push_back({Transfer::Kind::write, offset, data, part});
        ++writes_;
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
    if (!side.transfers.empty()) {
        side.queue->start(side.transfers);
        side.under_way = true;
    }
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
