// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/extent_file.hpp"

#include "backends/paged/file/transfers.hpp"
#include "backends/store/io_error.hpp"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>
#include <random>

namespace commitbench::paged {
namespace {

constexpr std::string_view kDataName = "data";
constexpr std::string_view kLogName = "log";

std::uint64_t random_number() {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
}

}  // namespace

Result<std::unique_ptr<ExtentFile>> ExtentFile::open(const ExtentFileSettings& settings) {
    std::unique_ptr<ExtentFile> file(new ExtentFile(settings));
    COMMITBENCH_TRY(file->open_files());
    return file;
}

Status ExtentFile::open_files() {
    if (settings_.disk == nullptr) {
        auto disk = SystemDisk::open(
            {settings_.directory, settings_.io, settings_.queue_depth, settings_.direct});
        if (!disk) {
            return disk.error();
        }
        own_disk_ = std::move(*disk);
    }
    disk_ = own_disk_ ? own_disk_.get() : settings_.disk;
    for (const auto& [file, name] : {std::pair{&data_, kDataName}, {&log_file_, kLogName}}) {
        auto opened = disk_->open(name);
        if (!opened) {
            return opened.error();
        }
        *file = std::move(*opened);
    }
    auto slots = SuperblockSlots::open(*data_, settings_.directory);
    if (!slots) {
        return slots.error();
    }
    slots_.emplace(std::move(*slots));
    auto writer = WriteBehind::open(*data_, settings_.directory);
    if (!writer) {
        return writer.error();
    }
    writer_ = std::move(*writer);

    const auto found = slots_->load();
    if (!found) {
        return found.error();
    }
    if (*found) {
        superblock_ = **found;
    } else {
        superblock_.identity = random_number();
    }
    auto log =
        BlockLog::open(*log_file_, {settings_.directory, superblock_.identity, random_number(),
                                    settings_.durability, settings_.log_growth_bytes});
    if (!log) {
        return log.error();
    }
    log_ = std::move(*log);
    return *found ? recover() : create();
}

Status ExtentFile::create() {
    // The log first: the superblock is what says that the store is there, and how long the log is.
    COMMITBENCH_TRY(log_->create(superblock_.log_epoch));
    superblock_.log_bytes = log_->length();
    ++data_syncs_;
    COMMITBENCH_TRY(slots_->store(superblock_));
    map_.create(SectorMap::kWordSectors, kSuperblockSectors);
    return {};
}

Status ExtentFile::recover() {
    // A killed process may have left writes in the system's memory that it had not synced. Some may
    // have been seen here, and the log will be overwritten on the strength of them.
    COMMITBENCH_TRY(sync_data());
    if (superblock_.allocation_map.is_none()) {
        map_.create(SectorMap::kWordSectors, kSuperblockSectors);
    } else {
        auto reader = open_reader();
        if (!reader) {
            return reader.error();
        }
        const auto read = [&](const Extent& extent) -> Result<ByteView> {
            ExtentReader::Request request{extent};
            COMMITBENCH_TRY((*reader)->read({&request, 1}));
            return request.payload;
        };
        const auto loaded = map_.load(superblock_.allocation_map, read);
        if (!loaded) {
            return loaded.error();
        }
        if (!*loaded || !map_.sectors().is_taken({0, kSuperblockSectors})) {
            return damaged_files("paged", settings_.directory,
                                 "the allocation map in file 'data' contradicts itself");
        }
    }
    const auto& checkpoint = superblock_.checkpoint;
    return log_->recover(
        superblock_.log_epoch,
        checkpoint ? std::optional<std::uint64_t>(checkpoint->block) : std::nullopt,
        superblock_.log_bytes);
}

std::optional<std::uint64_t> ExtentFile::last_block() const {
    if (log_->last_block()) {
        return log_->last_block();
    }
    return superblock_.checkpoint ? std::optional(superblock_.checkpoint->block) : std::nullopt;
}

template<class T>
T ExtentFile::keep_error(T result) {
    if (!result.ok()) {
        closed_ = result.error();
    }
    return result;
}

Status ExtentFile::log_block(std::uint64_t block, std::span<const ByteView> payload_pieces) {
    assert(!last_block() || block == *last_block() + 1);
    return closed_ ? Status(*closed_) : keep_error(log_->append(block, payload_pieces));
}

Result<std::unique_ptr<ExtentReader>> ExtentFile::open_reader() {
    auto queue = data_->open_queue(QueueUse::batches);
    if (!queue) {
        return queue.error();
    }
    return std::make_unique<ExtentReader>(std::move(*queue), *data_, superblock_.identity,
                                          settings_.directory, reads_);
}

Result<Extent> ExtentFile::write(ByteView payload) {
    if (closed_) {
        return *closed_;
    }
    auto extent = keep_error(allocate(payload.size()));
    if (extent) {
        const Status written = keep_error(write_at(*extent, payload));
        if (!written) {
            return written.error();
        }
    }
    return extent;
}

Status ExtentFile::flush() {
    return closed_ ? Status(*closed_) : keep_error(flush_writer());
}

Status ExtentFile::flush_writer() {
    // The page that was written in part is not written again for what comes next.
    map_.end_page();
    return writer_->flush();
}

void ExtentFile::release(const Extent& extent) {
    if (!extent.is_none()) {
        map_.release(extent);
    }
}

Result<Extent> ExtentFile::allocate(std::size_t payload) {
    assert(payload <= kMaxPayloadBytes);
    const std::uint32_t sectors = record_sectors(payload);
    std::optional<Extent> extent = map_.take(sectors);
    if (!extent) {
        COMMITBENCH_TRY(grow(sectors));
        extent = map_.take(sectors);
    }
    // INVARIANT: what grew is one run, and longer than what was asked for.
    return *extent;
}

Status ExtentFile::grow(std::uint32_t sectors) {
    constexpr std::uint64_t kLargestGrowth = std::uint64_t{256} << 20;
    const std::uint64_t now = map_.sectors().capacity();
    // In words of the map, so that it has no part of one at its end.
    const std::uint64_t step =
        std::max({settings_.growth_bytes / kSectorBytes,
                  std::min(now / 2, kLargestGrowth / kSectorBytes), std::uint64_t{sectors}});
    const std::uint64_t wanted = (now + step + SectorMap::kWordSectors - 1) /
                                 SectorMap::kWordSectors * SectorMap::kWordSectors;
    if (wanted > AllocationMap::kMaxSectors) {
        return Error{ErrorCode::does_not_fit,
                     fmt::format("paged: file 'data' in '{}' would grow past {} GiB, which is as "
                                 "far as its map reaches: use a smaller state",
                                 settings_.directory.string(),
                                 AllocationMap::kMaxSectors * kSectorBytes >> 30)};
    }
    if (const int number = data_->allocate(wanted * kSectorBytes); number != 0) {
        return disk_error("growing", *data_, settings_.directory, number);
    }
    map_.grow(wanted);
    return {};
}

Status ExtentFile::write_at(const Extent& extent, ByteView payload) {
    const auto memory = writer_->reserve(extent.offset(), extent.bytes());
    if (!memory) {
        return memory.error();
    }
    seal_record(superblock_.identity, extent, payload, *memory);
    return {};
}

Status ExtentFile::sync_data() {
    ++data_syncs_;
    const int number = data_->sync();
    return number == 0 ? Status{} : disk_error("syncing", *data_, settings_.directory, number);
}

Status ExtentFile::commit_checkpoint(const Checkpoint& checkpoint) {
    return closed_ ? Status(*closed_) : keep_error(make_checkpoint(checkpoint));
}

Status ExtentFile::make_checkpoint(const Checkpoint& checkpoint) {
    assert(!last_block() || checkpoint.block >= *last_block());
    const auto index = map_.persist(
        [this](std::size_t payload) { return allocate(payload); },
        [this](const Extent& extent, ByteView payload) { return write_at(extent, payload); });
    if (!index) {
        return index.error();
    }
    COMMITBENCH_TRY(flush_writer());
    COMMITBENCH_TRY(sync_data());
    // The superblock promises the log's length.
    COMMITBENCH_TRY(log_->make_length_durable());

    Superblock next = superblock_;
    ++next.sequence;
    next.log_epoch = next.sequence;
    next.log_bytes = log_->length();
    next.allocation_map = *index;
    next.checkpoint = checkpoint;
    ++data_syncs_;
    COMMITBENCH_TRY(slots_->store(next));

    superblock_ = next;
    log_->restart(next.log_epoch);
    ++checkpoints_;
    return {};
}

std::uint64_t ExtentFile::file_bytes() const {
    return map_.sectors().capacity() * kSectorBytes + log_->length();
}

void ExtentFile::counters(CounterVisitor& visitor) const {
    visitor.counter("file_reads", reads_.records.load(std::memory_order_relaxed));
    visitor.counter("file_read_batches", reads_.batches.load(std::memory_order_relaxed));
    visitor.counter("file_read_bytes", reads_.bytes.load(std::memory_order_relaxed));
    visitor.counter("file_writes", writer_->writes());
    visitor.counter("file_write_bytes", writer_->written_bytes());
    visitor.counter("file_log_bytes", log_->appended_bytes());
    visitor.counter("file_syncs", data_syncs_ + log_->syncs());
    visitor.counter("file_checkpoints", checkpoints_);
    visitor.gauge("file_bytes", file_bytes());
    visitor.gauge("file_free_bytes", map_.sectors().free_sectors() * kSectorBytes);
}

void ExtentFile::facts(FactVisitor& visitor) const {
    disk_->facts(visitor);
    visitor.fact("file_alignment", std::to_string(kSectorBytes) + "B",
                 "records begin at sectors, one after the other");
    visitor.fact("file_write_behind", fmt::format("2x{}MiB", WriteBehind::kBufferBytes >> 20),
                 "one buffer fills while the other is written");
}

}  // namespace commitbench::paged
