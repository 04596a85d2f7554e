// SPDX-License-Identifier: Apache-2.0
// A Disk in memory that remembers every write and sync, so that a test can ask what a power cut
// would have left, and that fails where it is told to.
#pragma once

#include "backends/paged/file/disk.hpp"
#include "backends/paged/file/extent.hpp"
#include "harness/core/bytes.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <map>
#include <optional>
#include <random>

namespace commitbench::testing {

/// Name -> content: what is on the disk.
using DiskImage = std::map<std::string, Bytes, std::less<>>;

/// What goes wrong at one operation.
enum class Fault : std::uint8_t { io_error, no_space, short_transfer, empty_transfer };

/// One thread at a time.
class MemoryDisk final : public paged::Disk {
  public:
    MemoryDisk() = default;
    explicit MemoryDisk(DiskImage image) : base_(image), now_(std::move(image)) {}

    [[nodiscard]] Result<std::unique_ptr<paged::DiskFile>> open(std::string_view name) override;
    void facts(FactVisitor& /*visitor*/) const override {}

    /// Events so far: a place where the power may go.
    [[nodiscard]] std::size_t events() const { return events_.size(); }
    /// Everything written so far, synced or not: what a killed process leaves.
    [[nodiscard]] const DiskImage& now() const { return now_; }
    [[nodiscard]] Bytes& content(std::string_view name) { return now_.find(name)->second; }

    /// What a power cut before event `cut` leaves: all that was synced, and of the rest whatever
    /// `random` says, sector by sector.
    [[nodiscard]] DiskImage after_power_cut(std::size_t cut, std::mt19937_64& random) const;

    /// The operation (transfer, sync or allocation) `after` from now fails.
    void inject(Fault fault, std::uint64_t after) {
        fault_ = fault;
        fault_in_ = after;
    }
    [[nodiscard]] bool fault_happened() const { return fault_happened_; }
    [[nodiscard]] std::uint64_t operations() const { return operations_; }

  private:
    static constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

    struct Event {
        enum class Kind : std::uint8_t { write, grow, sync };
        Kind kind{};
        std::string file{};
        std::uint64_t offset = 0;  // grow: the new size
        Bytes bytes{};
        std::size_t done = kNever;  // events there were when the caller learnt that it is done
    };

    class Queue;
    class File;

    /// The fault that this operation has, if any.
    std::optional<Fault> next_fault() {
        ++operations_;
        if (!fault_ || fault_in_-- > 0) {
            return std::nullopt;
        }
        fault_happened_ = true;
        return std::exchange(fault_, std::nullopt);
    }

    void write(const std::string& file, std::uint64_t offset, ByteView bytes) {
        put(now_[file], offset, bytes);
        events_.push_back({Event::Kind::write, file, offset, Bytes(bytes.begin(), bytes.end())});
    }

    static void put(Bytes& content, std::uint64_t offset, ByteView bytes) {
        content.resize(std::max<std::size_t>(content.size(), offset + bytes.size()));
        std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(offset));
    }

    DiskImage base_;
    DiskImage now_;
    std::vector<Event> events_;
    std::optional<Fault> fault_;
    std::uint64_t fault_in_ = 0;
    bool fault_happened_ = false;
    std::uint64_t operations_ = 0;
};

class MemoryDisk::Queue final : public paged::DiskQueue {
  public:
    Queue(MemoryDisk& disk, std::string file) : disk_(&disk), file_(std::move(file)) {}

    void start(std::span<paged::Transfer> batch) override {
        Events& events = batches_[batch.data()];
        events.first = disk_->events_.size();
        for (paged::Transfer& transfer : batch) {
            transfer.result = run(transfer);
        }
        events.end = disk_->events_.size();
    }
    void finish(std::span<paged::Transfer> batch) override {
        const Events events = batches_.at(batch.data());
        batches_.erase(batch.data());
        for (std::size_t i = events.first; i < events.end; ++i) {
            disk_->events_[i].done = disk_->events_.size();
        }
    }

  private:
    struct Events {
        std::size_t first = 0;
        std::size_t end = 0;
    };

    std::int32_t run(const paged::Transfer& transfer) {
        std::uint32_t bytes = transfer.bytes;
        if (const std::optional<Fault> fault = disk_->next_fault()) {
            if (*fault == Fault::io_error) {
                return -EIO;
            }
            if (*fault == Fault::no_space) {
                return -ENOSPC;
            }
            bytes = *fault == Fault::empty_transfer
                        ? 0
                        : bytes / 2 / paged::kSectorBytes * paged::kSectorBytes;
        }
        if (transfer.kind == paged::Transfer::Kind::write) {
            if (bytes > 0) {
                disk_->write(file_, transfer.offset, {transfer.data, bytes});
            }
            return static_cast<std::int32_t>(bytes);
        }
        const Bytes& content = disk_->now_[file_];
        const std::size_t from = std::min<std::size_t>(content.size(), transfer.offset);
        const std::size_t count = std::min<std::size_t>(content.size() - from, bytes);
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(from), count, transfer.data);
        return static_cast<std::int32_t>(count);
    }

    MemoryDisk* disk_;
    std::string file_;
    std::map<const paged::Transfer*, Events> batches_;  // begun and not finished
};

class MemoryDisk::File final : public paged::DiskFile {
  public:
    File(MemoryDisk& disk, std::string name) : disk_(&disk), name_(std::move(name)) {}

    [[nodiscard]] Result<std::unique_ptr<paged::DiskQueue>> open_queue(
        paged::QueueUse /*use*/) override {
        return std::unique_ptr<paged::DiskQueue>(std::make_unique<Queue>(*disk_, name_));
    }
    [[nodiscard]] int sync() override {
        if (const auto fault = disk_->next_fault()) {
            return *fault == Fault::no_space ? ENOSPC : EIO;
        }
        disk_->events_.push_back({Event::Kind::sync, name_});
        return 0;
    }
    [[nodiscard]] std::int64_t size() const override {
        return static_cast<std::int64_t>(disk_->now_[name_].size());
    }
    [[nodiscard]] int allocate(std::uint64_t bytes) override {
        if (const auto fault = disk_->next_fault()) {
            return *fault == Fault::io_error ? EIO : ENOSPC;
        }
        Bytes& content = disk_->now_[name_];
        if (content.size() < bytes) {
            content.resize(bytes);
            disk_->events_.push_back(
                {Event::Kind::grow, name_, bytes, {}, disk_->events_.size() + 1});
        }
        return 0;
    }
    [[nodiscard]] const std::string& name() const override { return name_; }

  private:
    MemoryDisk* disk_;
    std::string name_;
};

inline Result<std::unique_ptr<paged::DiskFile>> MemoryDisk::open(std::string_view name) {
    now_.try_emplace(std::string(name));
    return std::unique_ptr<paged::DiskFile>(std::make_unique<File>(*this, std::string(name)));
}

inline DiskImage MemoryDisk::after_power_cut(std::size_t cut, std::mt19937_64& random) const {
    // How the unsynced writes fare in this image: lost, there, whole or not at all, torn.
    const std::uint64_t manner = random() % 5;
    std::map<std::string, std::size_t, std::less<>> last_sync;
    for (std::size_t i = 0; i < cut; ++i) {
        if (events_[i].kind == Event::Kind::sync) {
            last_sync[events_[i].file] = i;
        }
    }
    DiskImage image = base_;
    for (const auto& [name, content] : now_) {
        image.try_emplace(name);
    }
    for (std::size_t i = 0; i < cut; ++i) {
        const Event& event = events_[i];
        if (event.kind == Event::Kind::sync) {
            continue;
        }
        Bytes& content = image[event.file];
        const auto sync = last_sync.find(event.file);
        const bool durable = sync != last_sync.end() && event.done <= sync->second;
        const bool whole = durable || manner == 1 || (manner != 0 && random() % 2 == 0);
        if (event.kind == Event::Kind::grow) {
            if (whole) {
                content.resize(std::max<std::size_t>(content.size(), event.offset));
            }
        } else if (whole) {
            put(content, event.offset, event.bytes);
        } else if (manner > 2) {
            for (std::size_t at = 0; at < event.bytes.size(); at += paged::kSectorBytes) {
                if (random() % 2 == 0) {
                    put(content, event.offset + at,
                        ByteView(event.bytes).subspan(at, paged::kSectorBytes));
                }
            }
        }
    }
    return image;
}

}  // namespace commitbench::testing
