// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/block_log.hpp"

#include "backends/paged/file/transfers.hpp"
#include "backends/paged/file/zeros.hpp"
#include "backends/store/io_error.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <fmt/format.h>

namespace commitbench::paged {
namespace {

constexpr std::uint64_t kWindowBytes = std::uint64_t{1} << 20;

}  // namespace

Result<std::unique_ptr<BlockLog>> BlockLog::open(DiskFile& file, const BlockLogSettings& settings) {
    std::unique_ptr<BlockLog> log(new BlockLog(file, settings));
    auto queue = file.open_queue(QueueUse::batches);
    if (!queue) {
        return queue.error();
    }
    log->queue_ = std::move(*queue);
    auto writer = WriteBehind::open(file, settings.directory);
    if (!writer) {
        return writer.error();
    }
    log->writer_ = std::move(*writer);
    log->window_ = AlignedBuffer(kWindowBytes);
    return log;
}

Status BlockLog::create(std::uint64_t epoch) {
    restart(epoch);
    // Records are written after the superblock is durable: with records and none, it was lost.
    const std::int64_t size = file_->size();
    if (size < 0) {
        return disk_error("reading the size of", *file_, settings_.directory,
                          static_cast<int>(-size));
    }
    if (static_cast<std::uint64_t>(size) >= kSectorBytes) {
        COMMITBENCH_TRY(read(0, window_.data(), kSectorBytes));
        if (!is_zero({window_.data(), kSectorBytes})) {
            return damaged_files(
                "paged", settings_.directory,
                fmt::format("file '{}' has records, but the data file has no superblock",
                            file_->name()));
        }
    }
    COMMITBENCH_TRY(grow(settings_.growth_bytes));
    return make_length_durable();
}

void BlockLog::restart(std::uint64_t epoch) noexcept {
    epoch_ = epoch;
    end_ = 0;
    previous_ = 0;
    last_block_.reset();
    records_.clear();
}

Status BlockLog::make_length_durable() {
    return durable_length_ < length_ ? sync() : Status{};
}

Status BlockLog::sync() {
    ++syncs_;
    if (const int number = file_->sync(); number != 0) {
        return disk_error("syncing", *file_, settings_.directory, number);
    }
    durable_length_ = length_;
    return {};
}

Status BlockLog::grow(std::uint64_t bytes) {
    constexpr std::uint64_t kLargestStep = std::uint64_t{64} << 20;
    const std::uint64_t steps =
        (bytes - length_ + settings_.growth_bytes - 1) / settings_.growth_bytes;
    // Doubled, up to a point: a small store has a small log, a large one grows seldom.
    const std::uint64_t wanted =
        length_ + std::max(steps * settings_.growth_bytes, std::min(length_, kLargestStep));
    if (const int number = file_->allocate(wanted); number != 0) {
        return disk_error("growing", *file_, settings_.directory, number);
    }
    // Zeros are written, not only promised: a file system notes for each stretch whether it was
    // ever written, and would have to write that note in the sync of a record.
    while (length_ < wanted) {
        const std::uint64_t part = std::min(wanted - length_, kWindowBytes);
        const auto memory = writer_->reserve(length_, static_cast<std::uint32_t>(part));
        if (!memory) {
            return memory.error();
        }
        std::memset(*memory, 0, part);
        length_ += part;
    }
    return writer_->flush();
}

Status BlockLog::append(std::uint64_t block, std::span<const ByteView> payload) {
    assert(!last_block_ || block == *last_block_ + 1);
    std::uint64_t length = 0;
    XXH3_state_t sum;
    XXH3_64bits_reset_withSeed(&sum, log_seed(settings_.identity, end_));
    for (const ByteView piece : payload) {
        length += piece.size();
        XXH3_64bits_update(&sum, piece.data(), piece.size());
    }
    LogRecordHeader header;
    header.payload_checksum = XXH3_64bits_digest(&sum);
    header.epoch = epoch_;
    header.life = settings_.life;
    header.previous = previous_;
    header.block = block;
    header.length = length;
    header.flags = settings_.durability == Durability::block ? LogRecordHeader::kFollowsSync : 0;
    header.checksum = header.make_checksum(log_seed(settings_.identity, end_));

    const std::uint64_t total = log_record_bytes(length);
    if (end_ + total > length_) {
        COMMITBENCH_TRY(grow(end_ + total));
    }

    // The record as a stream of bytes through windows of memory: header, pieces, zeros.
    std::uint8_t* out = nullptr;
    std::uint64_t room = 0;
    std::uint64_t at = end_;
    const auto put = [&](const std::uint8_t* bytes, std::uint64_t count) -> Status {
        while (count > 0) {
            if (room == 0) {
                room = std::min<std::uint64_t>(end_ + total - at, WriteBehind::kBufferBytes);
                const auto memory = writer_->reserve(at, static_cast<std::uint32_t>(room));
                if (!memory) {
                    return memory.error();
                }
                out = *memory;
                at += room;
            }
            const std::uint64_t part = std::min(room, count);
            if (bytes == nullptr) {
                std::memset(out, 0, part);
            } else {
                std::memcpy(out, bytes, part);
                bytes += part;
            }
            out += part;
            room -= part;
            count -= part;
        }
        return {};
    };
    COMMITBENCH_TRY(put(reinterpret_cast<const std::uint8_t*>(&header), sizeof header));
    for (const ByteView piece : payload) {
        COMMITBENCH_TRY(put(piece.data(), piece.size()));
    }
    COMMITBENCH_TRY(put(nullptr, total - sizeof header - length));
    COMMITBENCH_TRY(writer_->flush());
    if (settings_.durability == Durability::block) {
        COMMITBENCH_TRY(sync());
    }
    records_.push_back({end_, header});
    end_ += total;
    previous_ = header.checksum;
    last_block_ = block;
    appended_bytes_ += total;
    return {};
}

Status BlockLog::recover(std::uint64_t epoch,
                         std::optional<std::uint64_t> after,
                         std::uint64_t min_bytes) {
    restart(epoch);
    const std::int64_t size = file_->size();
    if (size < 0) {
        return disk_error("reading the size of", *file_, settings_.directory,
                          static_cast<int>(-size));
    }
    length_ = static_cast<std::uint64_t>(size) / kSectorBytes * kSectorBytes;
    if (length_ < min_bytes) {
        return damaged_files(
            "paged", settings_.directory,
            fmt::format("file '{}' has {} bytes where it had {}", file_->name(), size, min_bytes));
    }
    // What a killed process wrote may be in the system's memory only; what follows builds on it.
    COMMITBENCH_TRY(sync());
    COMMITBENCH_TRY(refuse_foreign_start());
    for (;;) {
        const auto header = read_header(end_);
        if (!header) {
            return header.error();
        }
        if (!*header || (*header)->previous != previous_ ||
            (last_block_ && (*header)->block != *last_block_ + 1) ||
            (!last_block_ && after && (*header)->block != *after + 1)) {
            break;
        }
        const Place place{end_, **header};
        const auto whole = payload_is_whole(place);
        if (!whole) {
            return whole.error();
        }
        if (!*whole) {
            break;
        }
        records_.push_back(place);
        previous_ = place.header.checksum;
        last_block_ = place.header.block;
        end_ += log_record_bytes(place.header.length);
    }
    return refuse_damage_beyond(end_ + kSectorBytes);
}

Status BlockLog::read(std::uint64_t offset, std::uint8_t* data, std::uint64_t bytes) {
    std::array<Transfer, 1> batch{
        Transfer{Transfer::Kind::read, offset, data, static_cast<std::uint32_t>(bytes)}};
    return run_transfers(*queue_, batch, *file_, settings_.directory);
}

Status BlockLog::refuse_foreign_start() {
    COMMITBENCH_TRY(read(0, window_.data(), kSectorBytes));
    LogRecordHeader header;
    std::memcpy(&header, window_.data(), sizeof header);
    if (header.checksum == header.make_checksum(log_seed(settings_.identity, 0)) ||
        is_zero({window_.data(), kSectorBytes})) {
        return {};
    }
    return damaged_files(
        "paged", settings_.directory,
        fmt::format("file '{}' does not begin with a record of this store", file_->name()));
}

std::optional<LogRecordHeader> BlockLog::header_in(const std::uint8_t* sector,
                                                   std::uint64_t offset) const noexcept {
    LogRecordHeader header;
    std::memcpy(&header, sector, sizeof header);
    if (header.epoch != epoch_ || header.length > length_ ||
        header.checksum != header.make_checksum(log_seed(settings_.identity, offset)) ||
        offset + log_record_bytes(header.length) > length_) {
        return std::nullopt;
    }
    return header;
}

Result<std::optional<LogRecordHeader>> BlockLog::read_header(std::uint64_t offset) {
    if (offset + kSectorBytes > length_) {
        return std::optional<LogRecordHeader>{};
    }
    COMMITBENCH_TRY(read(offset, window_.data(), kSectorBytes));
    return header_in(window_.data(), offset);
}

Result<bool> BlockLog::payload_is_whole(const Place& place) {
    XXH3_state_t sum;
    XXH3_64bits_reset_withSeed(&sum, log_seed(settings_.identity, place.offset));
    const std::uint64_t end = sizeof(LogRecordHeader) + place.header.length;
    for (std::uint64_t at = 0; at < end; at += kWindowBytes) {
        const std::uint64_t padded = log_record_bytes(place.header.length) - at;
        COMMITBENCH_TRY(read(place.offset + at, window_.data(), std::min(padded, kWindowBytes)));
        const std::uint64_t skip = at == 0 ? sizeof(LogRecordHeader) : 0;
        XXH3_64bits_update(&sum, window_.data() + skip, std::min(end - at, kWindowBytes) - skip);
    }
    return XXH3_64bits_digest(&sum) == place.header.payload_checksum;
}

Status BlockLog::refuse_damage_beyond(std::uint64_t offset) {
    for (std::uint64_t at = offset; at < length_; at += kWindowBytes) {
        const std::uint64_t part = std::min(length_ - at, kWindowBytes);
        COMMITBENCH_TRY(read(at, window_.data(), part));
        for (std::uint64_t sector = 0; sector < part; sector += kSectorBytes) {
            const auto header = header_in(window_.data() + sector, at + sector);
            if (header && (header->flags & LogRecordHeader::kFollowsSync) != 0 &&
                (!last_block_ || header->block > *last_block_ + 1)) {
                return damaged_files(
                    "paged", settings_.directory,
                    fmt::format("in file '{}' the record at byte {} is damaged, for block {} "
                                "follows it at byte {}",
                                file_->name(), end_, header->block, at + sector));
            }
        }
    }
    return {};
}

Status BlockLog::replay(const Apply& apply) {
    for (const Place& place : records_) {
        const std::uint64_t total = log_record_bytes(place.header.length);
        AlignedBuffer record(total);
        for (std::uint64_t at = 0; at < total; at += kWindowBytes) {
            COMMITBENCH_TRY(
                read(place.offset + at, record.data() + at, std::min(total - at, kWindowBytes)));
        }
        const ByteView view(record.data() + sizeof(LogRecordHeader), place.header.length);
        if (XXH3_64bits_withSeed(view.data(), view.size(),
                                 log_seed(settings_.identity, place.offset)) !=
            place.header.payload_checksum) {
            return damaged_files("paged", settings_.directory,
                                 fmt::format("in file '{}' the record at byte {} does not pass "
                                             "its checksum",
                                             file_->name(), place.offset));
        }
        COMMITBENCH_TRY(apply(place.header.block, view));
    }
    return {};
}

}  // namespace commitbench::paged
