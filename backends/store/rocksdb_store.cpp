// SPDX-License-Identifier: Apache-2.0
#include "backends/store/rocksdb_store.hpp"

#include "backends/store/io_error.hpp"
#include "backends/store/read_counters.hpp"
#include "backends/store/recorded_batch.hpp"
#include "backends/store/rocksdb_settings.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <rocksdb/db.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/version.h>
#include <unistd.h>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

rocksdb::Slice as_slice(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
ByteView as_view(const rocksdb::Slice& slice) {
    return {reinterpret_cast<const std::uint8_t*>(slice.data()), slice.size()};
}

/// The status of `call`; an exception (a library may run out of memory, or of threads) becomes one
/// too.
template<class Call>
rocksdb::Status guarded(Call call) {
    try {
        return call();
    } catch (const std::exception& exception) {
        return rocksdb::Status::Aborted(exception.what());
    }
}

/// Of one allocation; write buffers come in pieces of up to 1 MiB.
constexpr int kMappedFromBytes = 256 << 10;
/// A batch up to this size keeps its memory for the next one.
constexpr std::size_t kHeldTwice = std::size_t{4} << 20;
/// Of the allocator, for all threads together.
constexpr int kHeaps = 1;

class RocksStore;

/// RocksDB counts, in the thread's own memory and by default, where its blocks come from.
class BlockCount {
  public:
    explicit BlockCount(ReadCounters& counters) noexcept : counters_(counters) {}
    BlockCount(const BlockCount&) = delete;
    BlockCount& operator=(const BlockCount&) = delete;
    ~BlockCount() {
        const rocksdb::PerfContext& now = *rocksdb::get_perf_context();
        counters_.add(ReadCount::cache_hits, now.block_cache_hit_count - hits_);
        counters_.add(ReadCount::cache_misses, now.block_read_count - misses_);
    }

  private:
    ReadCounters& counters_;
    std::uint64_t hits_ = rocksdb::get_perf_context()->block_cache_hit_count;
    std::uint64_t misses_ = rocksdb::get_perf_context()->block_read_count;
};

class RocksReader final : public StoreReader {
  public:
    explicit RocksReader(RocksStore& store);
    Result<std::optional<ByteView>> get(Table table, ByteView key) override;
    Status multi_get(Table table,
                     std::span<const ByteView> keys,
                     std::span<std::optional<ByteView>> values) override;

  private:
    RocksStore& store_;
    ReadCounterBoard::Entry counters_;
    rocksdb::PinnableSlice value_;
    std::vector<rocksdb::Slice> keys_;
    std::vector<rocksdb::PinnableSlice> values_;
    std::vector<rocksdb::Status> statuses_;
    std::size_t pinned_ = 0;  // of values_, by the last call
};

class RocksStore final : public Store {
  public:
    RocksStore(const fs::path& directory, RocksSettings settings)
        : files_(directory / "rocksdb"), settings_(std::move(settings)) {}
    RocksStore(const RocksStore&) = delete;
    RocksStore& operator=(const RocksStore&) = delete;
    ~RocksStore() override { close(); }

    Status open(std::span<const TableSpec> tables);
    Result<std::unique_ptr<StoreReader>> open_reader() override {
        return std::unique_ptr<StoreReader>(std::make_unique<RocksReader>(*this));
    }
    Result<std::unique_ptr<Scan>> scan(Table table, ByteView from) override;
    std::unique_ptr<Batch> new_batch() override { return std::make_unique<RecordedBatch>(); }
    Status commit(Batch& batch, CommitMode mode) override;
    Status sync() override;
    void counters(CounterVisitor& visitor) const override;
    void facts(FactVisitor& visitor) const override;

    [[nodiscard]] Error error(std::string_view what, const rocksdb::Status& status) const;
    [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Table table) const {
        return families_[static_cast<std::size_t>(table)];
    }
    [[nodiscard]] rocksdb::DB& database() const { return *database_; }
    [[nodiscard]] ReadCounterBoard& board() { return board_; }
    void scan_closed() { --open_scans_; }

  private:
    [[nodiscard]] std::vector<rocksdb::ColumnFamilyDescriptor> families(
        std::span<const TableSpec> tables) const;
    rocksdb::Status create(std::span<const TableSpec> tables);
    rocksdb::Status open_files(const fs::path& files,
                               std::span<const TableSpec> tables,
                               bool create);
    Status check_tables(std::span<const TableSpec> tables) const;
    rocksdb::Status settle_load();
    void close();

    fs::path files_;
    RocksSettings settings_;
    std::unique_ptr<rocksdb::DB> database_;
    rocksdb::ColumnFamilyHandle* default_family_ = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> families_;  // as the TableSpecs
    ReadCounterBoard board_;
    int open_scans_ = 0;
    bool load_pending_ = false;  // bulk commits since the last sync()
    std::uint64_t put_bytes_ = 0;
    std::uint64_t syncs_ = 0;
};

class RocksScan final : public Scan {
  public:
    RocksScan(RocksStore& store, Table table, ByteView from) : store_(store) {
        rocksdb::ReadOptions options;
        options.fill_cache = false;  // a walk over all would turn the cache over
        iterator_.reset(store.database().NewIterator(options, store.family(table)));
        iterator_->Seek(as_slice(from));
    }
    RocksScan(const RocksScan&) = delete;
    RocksScan& operator=(const RocksScan&) = delete;
    ~RocksScan() override { store_.scan_closed(); }

    Result<bool> next(ByteView& key, ByteView& value) override {
        if (started_ && iterator_->Valid()) {
            iterator_->Next();
        }
        started_ = true;
        if (!iterator_->Valid()) {
            if (!iterator_->status().ok()) {
                return store_.error("rocksdb: scanning a table", iterator_->status());
            }
            return false;
        }
        key = as_view(iterator_->key());
        value = as_view(iterator_->value());
        return true;
    }

  private:
    RocksStore& store_;
    std::unique_ptr<rocksdb::Iterator> iterator_;
    bool started_ = false;
};

RocksReader::RocksReader(RocksStore& store) : store_(store), counters_(store.board()) {}

Result<std::optional<ByteView>> RocksReader::get(Table table, ByteView key) {
    const BlockCount blocks(*counters_.operator->());
    value_.Reset();
    const rocksdb::Status status = guarded([&] {
        return store_.database().Get(rocksdb::ReadOptions(), store_.family(table), as_slice(key),
                                     &value_);
    });
    counters_->add(ReadCount::gets, 1);
    if (status.IsNotFound()) {
        return std::optional<ByteView>{};
    }
    if (!status.ok()) {
        return store_.error("rocksdb: reading a key", status);
    }
    counters_->add(ReadCount::get_bytes, value_.size());
    return std::optional<ByteView>{as_view(value_)};
}

Status RocksReader::multi_get(Table table,
                              std::span<const ByteView> keys,
                              std::span<std::optional<ByteView>> values) {
    const BlockCount blocks(*counters_.operator->());
    const std::size_t count = keys.size();
    keys_.resize(count);
    std::ranges::transform(keys, keys_.begin(), as_slice);
    if (values_.size() < count) {
        // A PinnableSlice cannot be assigned, so the vector is made anew.
        values_ = std::vector<rocksdb::PinnableSlice>(count);
        statuses_.resize(count);
    }
    for (rocksdb::PinnableSlice& value : std::span(values_).first(std::max(count, pinned_))) {
        value.Reset();
    }
    pinned_ = count;
    const rocksdb::Status status = guarded([&] {
        store_.database().MultiGet(rocksdb::ReadOptions(), store_.family(table), count,
                                   keys_.data(), values_.data(), statuses_.data());
        return rocksdb::Status::OK();
    });
    if (!status.ok()) {
        return store_.error("rocksdb: reading keys", status);
    }
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (statuses_[i].ok()) {
            values[i] = as_view(values_[i]);
            bytes += values_[i].size();
        } else if (statuses_[i].IsNotFound()) {
            values[i].reset();
        } else {
            return store_.error("rocksdb: reading keys", statuses_[i]);
        }
    }
    counters_->add(ReadCount::gets, count);
    counters_->add(ReadCount::get_bytes, bytes);
    return {};
}

Error RocksStore::error(std::string_view what, const rocksdb::Status& status) const {
    if (status.IsCorruption() || status.IsInvalidArgument()) {
        return damaged_files("rocksdb", files_, status.ToString());
    }
    return io_error(what, files_, status.ToString(), status.IsNoSpace());
}

std::vector<rocksdb::ColumnFamilyDescriptor> RocksStore::families(
    std::span<const TableSpec> tables) const {
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
    for (std::size_t i = 0; i < tables.size(); ++i) {
        families.emplace_back(std::string(tables[i].name), settings_.tables[i]);
    }
    return families;
}

rocksdb::Status RocksStore::open_files(const fs::path& files,
                                       std::span<const TableSpec> tables,
                                       bool create) {
    rocksdb::DBOptions options = settings_.database;
    options.create_if_missing = create;
    options.create_missing_column_families = create;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    rocksdb::Status status = guarded([&] {
        return rocksdb::DB::Open(options, files.string(), families(tables), &handles, &opened);
    });
    if (status.ok()) {
        database_.reset(opened);
        default_family_ = handles.front();
        families_.assign(handles.begin() + 1, handles.end());
    }
    return status;
}

void RocksStore::close() {
    if (database_ == nullptr) {
        return;
    }
    for (rocksdb::ColumnFamilyHandle* const family : families_) {
        (void)database_->DestroyColumnFamilyHandle(family);
    }
    (void)database_->DestroyColumnFamilyHandle(default_family_);
    families_.clear();
    (void)database_->Close();
    database_.reset();
}

/// RocksDB makes one column family after the other. Made under another name and renamed, so that a
/// folder with the final name has them all.
rocksdb::Status RocksStore::create(std::span<const TableSpec> tables) {
    const fs::path fresh = files_.string() + ".new";
    std::error_code failed;
    fs::remove_all(fresh, failed);
    rocksdb::Status status = open_files(fresh, tables, true);
    if (!status.ok()) {
        return status;
    }
    close();
    fs::rename(fresh, files_, failed);
    return failed ? rocksdb::Status::IOError("renaming the new store", failed.message())
                  : rocksdb::Status::OK();
}

Status RocksStore::check_tables(std::span<const TableSpec> tables) const {
    std::vector<std::string> found;
    const rocksdb::Status status = guarded([&] {
        return rocksdb::DB::ListColumnFamilies(settings_.database, files_.string(), &found);
    });
    if (!status.ok()) {
        return damaged_files("rocksdb", files_, status.ToString());
    }
    std::erase(found, rocksdb::kDefaultColumnFamilyName);
    std::vector<std::string> wanted;
    for (const TableSpec& table : tables) {
        wanted.emplace_back(table.name);
    }
    if (!std::ranges::is_permutation(found, wanted)) {
        return other_tables("rocksdb", files_, fmt::format("{}", fmt::join(found, ", ")),
                            fmt::format("{}", fmt::join(wanted, ", ")));
    }
    return {};
}

Status RocksStore::open(std::span<const TableSpec> tables) {
    std::error_code failed;
    if (!fs::exists(files_, failed)) {
        if (const rocksdb::Status status = create(tables); !status.ok()) {
            return error("rocksdb: creating the store", status);
        }
    }
    COMMITBENCH_TRY(check_tables(tables));
    const rocksdb::Status status = open_files(files_, tables, false);
    return status.ok() ? Status{} : error("rocksdb: opening the store", status);
}

Result<std::unique_ptr<Scan>> RocksStore::scan(Table table, ByteView from) {
    ++open_scans_;
    return std::unique_ptr<Scan>(std::make_unique<RocksScan>(*this, table, from));
}

Status RocksStore::commit(Batch& batch, CommitMode mode) {
    // INVARIANT: every batch of this store was made by new_batch().
    auto& recorded = static_cast<RecordedBatch&>(batch);
    const ClearAtEnd clear(recorded);
    COMMITBENCH_TRY(recorded.check());
    if (open_scans_ != 0) {
        return commit_during_scan();
    }
    const std::size_t bytes = recorded.bytes();
    const rocksdb::Status status = guarded([&] {
        rocksdb::WriteBatch writes(recorded.bytes() + 16 * recorded.entries().size());
        for (const RecordedBatch::Entry& entry : recorded.ordered()) {
            rocksdb::Status added = entry.erased
                                        ? writes.Delete(family(entry.table), as_slice(entry.key()))
                                        : writes.Put(family(entry.table), as_slice(entry.key()),
                                                     as_slice(entry.value()));
            if (!added.ok()) {
                return added;
            }
        }
        if (bytes > kHeldTwice) {
            recorded.release();  // or a block lies in memory three times: write buffers have it too
        }
        rocksdb::WriteOptions options;
        options.sync = mode == CommitMode::durable;
        options.disableWAL = mode == CommitMode::bulk;
        return database_->Write(options, &writes);
    });
    if (!status.ok()) {
        return error("rocksdb: writing a batch", status);
    }
    load_pending_ = load_pending_ || mode == CommitMode::bulk;
    syncs_ += mode == CommitMode::durable ? 1 : 0;
    put_bytes_ += bytes;
    return {};
}

rocksdb::Status RocksStore::settle_load() {
    rocksdb::Status status = database_->Flush(rocksdb::FlushOptions(), families_);
    for (rocksdb::ColumnFamilyHandle* const family : families_) {
        if (status.ok()) {
            status =
                database_->CompactRange(rocksdb::CompactRangeOptions(), family, nullptr, nullptr);
        }
    }
    return status;
}

Status RocksStore::sync() {
    ++syncs_;
    rocksdb::Status status = guarded([&] { return database_->FlushWAL(true); });
    if (status.ok() && load_pending_) {
        status = guarded([&] { return settle_load(); });
        load_pending_ = !status.ok();
    }
    return status.ok() ? Status{} : error("rocksdb: syncing", status);
}

void RocksStore::counters(CounterVisitor& visitor) const {
    std::uint64_t bytes = 0;
    std::error_code failed;
    for (fs::directory_iterator at(files_, failed); !failed && at != fs::directory_iterator();
         at.increment(failed)) {
        std::error_code gone;  // compaction removes files while we walk
        const std::uintmax_t size = at->file_size(gone);
        bytes += gone ? 0 : size;
    }
    visitor.counter("store_gets", board_.sum(ReadCount::gets));
    visitor.counter("store_get_bytes", board_.sum(ReadCount::get_bytes));
    visitor.counter("store_put_bytes", put_bytes_);
    visitor.counter("store_syncs", syncs_);
    visitor.counter("store_cache_hits", board_.sum(ReadCount::cache_hits));
    visitor.counter("store_cache_misses", board_.sum(ReadCount::cache_misses));
    visitor.gauge("store_bytes", bytes);
}

void RocksStore::facts(FactVisitor& visitor) const {
    visitor.fact("store",
                 fmt::format("rocksdb {}.{}.{}", ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH),
                 "log-structured merge tree, levelled");
    for (const RocksSetting& setting : settings_.facts) {
        visitor.fact(setting.name, setting.value, setting.why);
    }
}

/// glibc's heap grows by what large short-lived blocks (write buffers, batches, buffers of
/// compactions) leave between the small ones of the block cache, and by more the longer it runs,
/// for its threshold rises with each large block freed. Fixed, those are mapped and given back.
void bound_allocator() {
    ::mallopt(M_MMAP_THRESHOLD, kMappedFromBytes);
    ::mallopt(M_ARENA_MAX, kHeaps);
}

/// RocksDB would call the files damaged.
Status try_direct_io(const fs::path& directory) {
    std::string name = (directory / "direct-io-XXXXXX").string();
    const int file = ::mkostemp(name.data(), O_DIRECT | O_CLOEXEC);
    const int reason = errno;
    // A file system that refuses the flag may have made the file.
    ::unlink(name.c_str());
    if (file >= 0) {
        ::close(file);
        return {};
    }
    if (reason == EINVAL) {
        return bad_input(fmt::format(
            "direct=on: the file system under {} refuses O_DIRECT: name a folder on another one, "
            "or take direct=off",
            directory.string()));
    }
    return io_error("rocksdb: trying direct I/O", directory,
                    std::generic_category().message(reason), reason == ENOSPC);
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb_store(const StoreSettings& settings,
                                                  std::span<const TableSpec> tables) {
    bound_allocator();
    if (settings.direct) {
        COMMITBENCH_TRY(try_direct_io(settings.directory));
    }
    auto store =
        std::make_unique<RocksStore>(settings.directory, choose_rocks_settings(settings, tables));
    COMMITBENCH_TRY(store->open(tables));
    return std::unique_ptr<Store>(std::move(store));
}

}  // namespace commitbench
