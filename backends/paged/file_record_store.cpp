// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file_record_store.hpp"

namespace commitbench::paged {
namespace {

constexpr std::size_t kRecordHead = 4;
constexpr std::uint32_t kDeleted = 0xffffffff;

/// Of the cache: more makes checkpoints rarer, so that a record that many blocks change is written
/// less often; less leaves room for what is only read.
constexpr std::uint64_t kDirtyShare = 3;
/// A restart applies the log again at some hundred thousand writes a second: seconds at most.
constexpr std::uint64_t kLongestLog = std::uint64_t{256} << 20;

Error damaged_log() {
    return {ErrorCode::corrupt,
            "a block of the log is not what was written, though its checksum holds: the file was "
            "written by another program; load the state anew"};
}

class FileRecordReader final : public RecordReader {
  public:
    explicit FileRecordReader(std::unique_ptr<ExtentReader> reader) : reader_(std::move(reader)) {}

    void begin(std::span<const Request> requests) override {
        auto& reads = reads_[begun_++ % reads_.size()];
        reads.clear();
        for (const Request& request : requests) {
            reads.push_back({Extent::unpack(request.id.stored_at), {}});
        }
        reader_->begin(reads);
    }
    Status end(std::span<Request> requests) override {
        auto& reads = reads_[ended_++ % reads_.size()];
        COMMITBENCH_TRY(reader_->end(reads));
        for (std::size_t i = 0; i < requests.size(); ++i) {
            const ByteView payload = reads[i].payload;
            const RecordId& id = requests[i].id;
            if (payload.size() < kRecordHead || payload[0] != static_cast<std::uint8_t>(id.kind) ||
                (payload[2] | payload[3] << 8) != id.place.depth) {
                return Error{ErrorCode::corrupt,
                             "a record of the data file is another than its parent names: the file "
                             "was changed; load the state anew"};
            }
            requests[i].image = payload.subspan(kRecordHead);
        }
        return {};
    }

  private:
    std::unique_ptr<ExtentReader> reader_;
    std::array<std::vector<ExtentReader::Request>, 2> reads_;
    std::size_t begun_ = 0;  // batches so far; one is in reads_[number % 2]
    std::size_t ended_ = 0;
};

class FileRecordStore final : public RecordStore, private RecordSink {
  public:
    FileRecordStore(std::unique_ptr<ExtentFile> file, std::uint64_t cache_bytes)
        : file_(std::move(file)), most_dirty_(cache_bytes / kDirtyShare) {}

    Status open() {
        const auto checkpoint = file_->checkpoint();
        if (!checkpoint) {
            return {};
        }
        stored_ = StoredTree{.position = {checkpoint->block, checkpoint->root},
                             .empty = checkpoint->top.is_none()};
        if (stored_->empty) {
            return {};
        }
        auto reader = file_->open_reader();
        if (!reader) {
            return reader.error();
        }
        std::array<ExtentReader::Request, 1> request{{{checkpoint->top, {}}}};
        COMMITBENCH_TRY((*reader)->read(request));
        const bool is_page = !request[0].payload.empty() &&
                             request[0].payload[0] == static_cast<std::uint8_t>(RecordKind::page);
        stored_->top = {
            is_page ? RecordKind::page : RecordKind::bucket, {}, checkpoint->top.packed()};
        return {};
    }

    Result<std::unique_ptr<RecordReader>> open_reader() override {
        auto reader = file_->open_reader();
        if (!reader) {
            return reader.error();
        }
        return std::unique_ptr<RecordReader>(
            std::make_unique<FileRecordReader>(std::move(*reader)));
    }
    std::optional<StoredTree> stored() const override { return stored_; }

    Status replay(
        const std::function<Status(std::uint64_t, const Root&, std::span<const KeyWrite>)>& apply)
        override {
        return file_->replay([&](std::uint64_t block, ByteView payload) -> Status {
            Root root;
            if (!decode_block(payload, root)) {
                return damaged_log();
            }
            return apply(block, root, writes_);
        });
    }

    /// What a load that is cut short wrote belongs to no checkpoint: the store is empty again.
    Status begin_load() override { return {}; }
    Status write_part_of_load(RecordSource& tree) override {
        COMMITBENCH_TRY(write_records(tree));
        return file_->flush();
    }
    Status commit_load(RecordSource& tree, const Root& root) override {
        return make_checkpoint(0, root, tree);
    }
    Status commit_block(std::uint64_t block,
                        const Root& root,
                        std::span<const KeyWrite> writes,
                        RecordSource& tree) override {
        if (!file_->checkpoint()) {
            // The first block of a store that was never loaded: a log follows a checkpoint.
            return make_checkpoint(block, root, tree);
        }
        encode_block(root, writes);
        const std::array<ByteView, 1> pieces{log_record_};
        COMMITBENCH_TRY(file_->log_block(block, pieces));
        if (tree.changed_bytes() > most_dirty_ ||
            file_->log_bytes_since_checkpoint() > kLongestLog) {
            return make_checkpoint(block, root, tree);
        }
        return {};
    }

    void counters(CounterVisitor& visitor) const override {
        visitor.counter("records_written", records_written_);
        visitor.counter("record_bytes_written", record_bytes_written_);
        file_->counters(visitor);
    }
    void facts(FactVisitor& visitor) const override {
        visitor.fact("checkpoint", "when a third of the cache is dirty, or 256 MiB of log",
                     "between checkpoints a block costs one sequential write and one sync");
        file_->facts(visitor);
    }

  private:
    Status write_records(RecordSource& tree) {
        COMMITBENCH_TRY(tree.write_changed(*this));
        for (const RecordId& dropped : tree.take_dropped()) {
            file_->release(Extent::unpack(dropped.stored_at));
        }
        return {};
    }
    Status make_checkpoint(std::uint64_t block, const Root& root, RecordSource& tree) {
        COMMITBENCH_TRY(write_records(tree));
        const Extent top = tree.is_empty() ? Extent{} : Extent::unpack(tree.top().stored_at);
        return file_->commit_checkpoint({.block = block, .root = root, .top = top});
    }

    Result<std::uint64_t> write(RecordKind kind, const Place& place, ByteView image) override {
        payload_.resize(kRecordHead + image.size());
        payload_[0] = static_cast<std::uint8_t>(kind);
        payload_[1] = 0;
        payload_[2] = static_cast<std::uint8_t>(place.depth & 0xff);
        payload_[3] = static_cast<std::uint8_t>(place.depth >> 8);
        std::ranges::copy(image, payload_.begin() + kRecordHead);
        const auto extent = file_->write(payload_);
        if (!extent) {
            return extent.error();
        }
        ++records_written_;
        record_bytes_written_ += image.size();
        return extent->packed();
    }

    void encode_block(const Root& root, std::span<const KeyWrite> writes) {
        log_record_.clear();
        const auto append = [this](const void* bytes, std::size_t size) {
            const auto* first = static_cast<const std::uint8_t*>(bytes);
            log_record_.insert(log_record_.end(), first, first + size);
        };
        const auto count = static_cast<std::uint32_t>(writes.size());
        append(root.bytes.data(), root.bytes.size());
        append(&count, sizeof count);
        for (const KeyWrite& write : writes) {
            const std::uint32_t size =
                write.deleted ? kDeleted : static_cast<std::uint32_t>(write.value.size());
            append(write.key.bytes.data(), write.key.bytes.size());
            append(&size, sizeof size);
            append(write.value.data(), write.value.size());
        }
    }

    /// Into writes_, which borrow from the payload.
    bool decode_block(ByteView payload, Root& root) {
        constexpr std::size_t kHead = 32 + 4;
        constexpr std::size_t kWriteHead = 32 + 4;
        if (payload.size() < kHead) {
            return false;
        }
        root = Root::from(payload.first(32));
        std::uint32_t count = 0;
        std::memcpy(&count, payload.data() + 32, sizeof count);
        payload = payload.subspan(kHead);
        writes_.clear();
        for (std::uint32_t i = 0; i < count; ++i) {
            if (payload.size() < kWriteHead) {
                return false;
            }
            KeyWrite write{.key = StateKey::from(payload.first(32))};
            std::uint32_t size = 0;
            std::memcpy(&size, payload.data() + 32, sizeof size);
            payload = payload.subspan(kWriteHead);
            write.deleted = size == kDeleted;
            size = write.deleted ? 0 : size;
            if (payload.size() < size || (i > 0 && !(writes_.back().key < write.key))) {
                return false;
            }
            write.value = payload.first(size);
            payload = payload.subspan(size);
            writes_.push_back(write);
        }
        return payload.empty();
    }

    std::unique_ptr<ExtentFile> file_;
    std::uint64_t most_dirty_;
    std::optional<StoredTree> stored_;
    Bytes payload_;     // of the record being written
    Bytes log_record_;  // of the block being logged
    std::vector<KeyWrite> writes_;
    std::uint64_t records_written_ = 0;
    std::uint64_t record_bytes_written_ = 0;
};

}  // namespace

Result<std::unique_ptr<RecordStore>> open_file_record_store(const ExtentFileSettings& settings,
                                                            std::uint64_t cache_bytes) {
    auto file = ExtentFile::open(settings);
    if (!file) {
        return file.error();
    }
    auto store = std::make_unique<FileRecordStore>(std::move(*file), cache_bytes);
    COMMITBENCH_TRY(store->open());
    return std::unique_ptr<RecordStore>(std::move(store));
}

}  // namespace commitbench::paged
