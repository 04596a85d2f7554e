// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/kv_record_store.hpp"

#include "backends/store/position_record.hpp"
#include "codec/hex.hpp"

#include <fmt/format.h>

namespace commitbench::paged {
namespace {

constexpr Table kRecords{0};
constexpr Table kMeta{1};
constexpr std::array kTables{TableSpec{.name = "records"}, TableSpec{.name = "meta"}};
const ByteView kTopKey = as_bytes("top");

/// Of a load: see backends/mpt.
constexpr std::size_t kLoadBatchBytes = std::size_t{2} << 20;

/// Every record of an engine is found by its name; this only says that it is there.
constexpr std::uint64_t kStored = 1;

struct RecordKey {
    std::array<std::uint8_t, 34> bytes{};
    std::size_t size = 0;

    RecordKey(RecordKind kind, const Place& place) {
        size = (place.depth + std::size_t{7}) / 8;
        std::memcpy(bytes.data(), place.path.bytes.data(), size);
        const unsigned mark = place.depth | (kind == RecordKind::page ? 0x8000U : 0U);
        bytes[size++] = static_cast<std::uint8_t>(mark >> 8);
        bytes[size++] = static_cast<std::uint8_t>(mark & 0xff);
    }
    [[nodiscard]] ByteView view() const noexcept { return {bytes.data(), size}; }
};

class KvRecordReader final : public RecordReader {
  public:
    explicit KvRecordReader(std::unique_ptr<StoreReader> reader) : reader_(std::move(reader)) {}

    /// A store reads when it is asked.
    void begin(std::span<const Request> /*requests*/) override {}
    Status end(std::span<Request> requests) override {
        keys_.clear();
        views_.clear();
        for (const Request& request : requests) {
            keys_.emplace_back(request.id.kind, request.id.place);
        }
        for (const RecordKey& key : keys_) {
            views_.push_back(key.view());
        }
        found_.resize(requests.size());
        COMMITBENCH_TRY(reader_->multi_get(kRecords, views_, found_));
        for (std::size_t i = 0; i < requests.size(); ++i) {
            if (!found_[i]) {
                return Error{ErrorCode::corrupt,
                             fmt::format("the trie's record {} is missing from the store: its "
                                         "files were changed or lost; load the state anew",
                                         to_hex(views_[i]))};
            }
            requests[i].image = *found_[i];
        }
        return {};
    }

  private:
    std::unique_ptr<StoreReader> reader_;
    std::vector<RecordKey> keys_;
    std::vector<ByteView> views_;
    std::vector<std::optional<ByteView>> found_;
};

class KvRecordStore final : public RecordStore, private RecordSink {
  public:
    KvRecordStore(std::unique_ptr<Store> store, Durability durability)
        : store_(std::move(store)),
          batch_(store_->new_batch()),
          mode_(durability == Durability::block ? CommitMode::durable : CommitMode::lazy) {}

    Status open() {
        auto record = read_position(*store_, kMeta);
        if (!record) {
            return record.error();
        }
        state_ = record->load;
        if (record->load != LoadState::complete) {
            return {};
        }
        auto reader = store_->open_reader();
        if (!reader) {
            return reader.error();
        }
        auto top = (*reader)->get(kMeta, kTopKey);
        if (!top) {
            return top.error();
        }
        if (!*top || (*top)->size() != 1 || (**top)[0] > 2) {
            return Error{ErrorCode::corrupt,
                         "the data folder does not say what the trie's top is: its files were "
                         "changed; load the state anew"};
        }
        stored_ = StoredTree{.position = record->position, .empty = (**top)[0] == 0};
        stored_->top = {(**top)[0] == 1 ? RecordKind::page : RecordKind::bucket, {}, kStored};
        return {};
    }
    [[nodiscard]] bool load_was_cut() const { return state_ == LoadState::started; }

    Result<std::unique_ptr<RecordReader>> open_reader() override {
        auto reader = store_->open_reader();
        if (!reader) {
            return reader.error();
        }
        return std::unique_ptr<RecordReader>(std::make_unique<KvRecordReader>(std::move(*reader)));
    }
    std::optional<StoredTree> stored() const override { return stored_; }
    Status replay(
        const std::function<
            Status(std::uint64_t, const Root&, std::span<const KeyWrite>)>& /*apply*/) override {
        return {};  // a block is committed with its records: there is nothing after stored()
    }

    Status begin_load() override { return mark_load_started(*store_, kMeta); }
    Status write_part_of_load(RecordSource& tree) override {
        loading_ = true;
        COMMITBENCH_TRY(put_changed(tree));
        return store_->commit(*batch_, CommitMode::bulk);
    }
    Status commit_load(RecordSource& tree, const Root& root) override {
        loading_ = true;
        COMMITBENCH_TRY(put_changed(tree));
        put_top(tree);
        COMMITBENCH_TRY(store_->commit(*batch_, CommitMode::bulk));
        loading_ = false;
        return mark_load_complete(*store_, kMeta, {0, root});
    }
    Status commit_block(std::uint64_t block,
                        const Root& root,
                        std::span<const KeyWrite> /*writes*/,
                        RecordSource& tree) override {
        COMMITBENCH_TRY(put_changed(tree));
        put_top(tree);
        put_position(*batch_, kMeta, {block, root});
        return store_->commit(*batch_, mode_);
    }

    void counters(CounterVisitor& visitor) const override {
        visitor.counter("records_written", records_written_);
        visitor.counter("record_bytes_written", record_bytes_written_);
        store_->counters(visitor);
    }
    void facts(FactVisitor& visitor) const override { store_->facts(visitor); }

  private:
    Status put_changed(RecordSource& tree) {
        // First what went: a new record may have taken the place of a dropped one.
        for (const RecordId& dropped : tree.take_dropped()) {
            batch_->erase(kRecords, RecordKey(dropped.kind, dropped.place).view());
        }
        COMMITBENCH_TRY(tree.write_changed(*this));
        // What was written over needs no erasing.
        [[maybe_unused]] const auto replaced = tree.take_dropped();
        return {};
    }

    Result<std::uint64_t> write(RecordKind kind, const Place& place, ByteView image) override {
        ++records_written_;
        record_bytes_written_ += image.size();
        const RecordKey key(kind, place);
        batch_->put(kRecords, key.view(), image);
        if (loading_ && batch_->bytes() >= kLoadBatchBytes) {
            COMMITBENCH_TRY(store_->commit(*batch_, CommitMode::bulk));
        }
        return kStored;
    }

    void put_top(const RecordSource& tree) {
        std::uint8_t mark = 0;
        if (!tree.is_empty()) {
            mark = tree.top().kind == RecordKind::page ? 1 : 2;
        }
        batch_->put(kMeta, kTopKey, {&mark, 1});
    }

    std::unique_ptr<Store> store_;
    std::unique_ptr<Batch> batch_;
    CommitMode mode_;
    LoadState state_ = LoadState::empty;
    std::optional<StoredTree> stored_;
    bool loading_ = false;
    std::uint64_t records_written_ = 0;
    std::uint64_t record_bytes_written_ = 0;
};

}  // namespace

Result<std::unique_ptr<RecordStore>> open_kv_record_store(const StoreSettings& settings,
                                                          Durability durability) {
    auto store = open_store(settings, kTables);
    if (!store) {
        return store.error();
    }
    auto records = std::make_unique<KvRecordStore>(std::move(*store), durability);
    COMMITBENCH_TRY(records->open());
    if (records->load_was_cut()) {
        return load_was_cut_short(settings.directory);
    }
    return std::unique_ptr<RecordStore>(std::move(records));
}

}  // namespace commitbench::paged
