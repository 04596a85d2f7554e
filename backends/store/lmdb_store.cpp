// SPDX-License-Identifier: Apache-2.0
//
// How the contracts of Store map to LMDB 0.9:
//   lazy, bulk   MDB_NOSYNC: pages and meta page are written, the kernel flushes when it likes.
//   Atomic for a process
//                that dies; a power cut may leave pages of two states, so nothing is promised
//                across it.
//   durable      LMDB's own default: fdatasync of the pages, then the meta page through an O_DSYNC
//   descriptor. Counted
//                as one sync, as LMDB cannot commit with less; MDB_NOMETASYNC would save the second
//                barrier and could lose the block.
//   never        MDB_WRITEMAP, and the lock file: both are shared maps, and a store into one on a
//   full disk ends the
//                process (SIGBUS), where a write returns ENOSPC.
#include "backends/store/lmdb_store.hpp"

#include "backends/store/io_error.hpp"
#include "backends/store/key_order.hpp"
#include "backends/store/read_counters.hpp"
#include "backends/store/recorded_batch.hpp"
#include "harness/core/options.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <list>
#include <lmdb.h>
#include <mutex>

namespace commitbench {
namespace {

/// The first map. Address space only: the file has the size of what was written.
constexpr std::uint64_t kFirstMapBytes = std::uint64_t{64} << 20;
/// A random key makes one page of the tree dirty, and LMDB holds a transaction's dirty pages in
/// memory (it keeps them for the next, too). A load need not be one transaction: it is cut into
/// pieces of at most this share of the budget.
constexpr std::uint64_t kBulkBudgetShare = 8;
constexpr std::uint64_t kLeastBulkEntries = 1024;
constexpr std::uint64_t kPageBytes = 4096;
/// MDB_NOLOCK asks of us what the contracts of Store say anyway: one process (DirectoryClaim), one
/// writer, and no reader's transaction while it writes (commit() ends them).
constexpr unsigned kOpenFlags = MDB_NOLOCK | MDB_NORDAHEAD;
constexpr mdb_mode_t kFileMode = 0644;

MDB_val as_val(ByteView bytes) {
    // LMDB's C interface takes void* also for what it only reads.
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}
ByteView as_view(const MDB_val& value) {
    return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}
bool storable(ByteView key) {
    return !key.empty() && key.size() <= kMaxKeyBytes;
}

class LmdbReader;

class LmdbStore final : public Store {
  public:
    LmdbStore(const std::filesystem::path& directory, std::uint64_t memory_budget)
        : files_(directory / "lmdb"),
          bulk_entries_(
              std::max(kLeastBulkEntries, memory_budget / kBulkBudgetShare / kPageBytes)) {}
    LmdbStore(const LmdbStore&) = delete;
    LmdbStore& operator=(const LmdbStore&) = delete;
    ~LmdbStore() override {
        if (env_ != nullptr) {
            mdb_env_close(env_);
        }
    }

    Status open(std::span<const TableSpec> tables, std::uint64_t expected_bytes);
    Result<std::unique_ptr<StoreReader>> open_reader() override;
    Result<std::unique_ptr<Scan>> scan(Table table, ByteView from) override;
    std::unique_ptr<Batch> new_batch() override { return std::make_unique<RecordedBatch>(); }
    Status commit(Batch& batch, CommitMode mode) override;
    Status sync() override;
    void counters(CounterVisitor& visitor) const override;
    void facts(FactVisitor& visitor) const override;

    [[nodiscard]] Error error(std::string_view what, int code) const;
    [[nodiscard]] MDB_dbi dbi(Table table) const {
        return tables_[static_cast<std::size_t>(table)];
    }
    /// Begins or renews a read transaction.
    [[nodiscard]] int begin_read(MDB_txn*& txn) const {
        return txn == nullptr ? mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) : mdb_txn_renew(txn);
    }
    void forget(LmdbReader* reader) {
        const std::lock_guard lock(mutex_);
        readers_.remove(reader);
    }
    void scan_closed() { --open_scans_; }

  private:
    Status check_is_whole() const;
    Status open_tables(std::span<const TableSpec> tables);
    int open_tables_in(MDB_txn* txn, std::span<const TableSpec> tables, std::string& found);
    [[nodiscard]] std::uint64_t used_bytes() const;
    int enlarge_map(std::uint64_t at_least);
    int commit_entries(std::span<const RecordedBatch::Entry> entries, CommitMode mode);
    int try_commit(std::span<const RecordedBatch::Entry> entries, CommitMode mode);
    int write_run(MDB_txn* txn, std::span<const RecordedBatch::Entry> run, CommitMode mode) const;

    std::filesystem::path files_;
    std::size_t bulk_entries_;  // of one transaction of a bulk commit
    MDB_env* env_ = nullptr;
    std::uint64_t map_bytes_ = 0;
    std::uint64_t map_growths_ = 0;
    bool unmapped_ = false;  // the system refused a larger map after the old one was gone
    std::vector<MDB_dbi> tables_;

    std::mutex mutex_;  // readers_
    std::list<LmdbReader*> readers_;
    ReadCounterBoard board_;
    int open_scans_ = 0;
    std::uint64_t put_bytes_ = 0;
    std::uint64_t syncs_ = 0;

    friend class LmdbReader;
};

/// Keeps its read transaction between calls, for the view it gave points into the map. The store
/// ends it at the next commit: an old transaction would keep freed pages from being used again, and
/// the map from growing.
class LmdbReader final : public StoreReader {
  public:
    explicit LmdbReader(LmdbStore& store) : store_(store), counters_(store.board_) {}
    LmdbReader(const LmdbReader&) = delete;
    LmdbReader& operator=(const LmdbReader&) = delete;
    ~LmdbReader() override {
        store_.forget(this);
        if (txn_ != nullptr) {
            mdb_txn_abort(txn_);
        }
    }

    Result<std::optional<ByteView>> get(Table table, ByteView key) override {
        std::optional<ByteView> value;
        COMMITBENCH_TRY(multi_get(table, {&key, 1}, {&value, 1}));
        return value;
    }

    Status multi_get(Table table,
                     std::span<const ByteView> keys,
                     std::span<std::optional<ByteView>> values) override {
        if (!active_) {
            const int code = store_.unmapped_ ? ENOMEM : store_.begin_read(txn_);
            if (code != 0) {
                return store_.error("lmdb: beginning to read", code);
            }
            active_ = true;
        }
        // In key order one search leaves the upper pages of the next in the CPU's cache: a fifth
        // of the time saved at 10,000 keys of 1,000,000.
        order_.resize(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            order_[i] = {key_prefix(keys[i]), static_cast<std::uint32_t>(i)};
        }
        std::ranges::sort(order_, {}, &KeyPlace::prefix);
        std::uint64_t bytes = 0;
        for (const KeyPlace& place : order_) {
            COMMITBENCH_TRY(look_up(table, keys[place.index], values[place.index]));
            bytes += values[place.index] ? values[place.index]->size() : 0;
        }
        counters_->add(ReadCount::gets, keys.size());
        counters_->add(ReadCount::get_bytes, bytes);
        return {};
    }

    /// Called by the store's commit, during which no call of this reader runs.
    void pause() {
        if (active_) {
            mdb_txn_reset(txn_);
            active_ = false;
        }
    }

  private:
    Status look_up(Table table, ByteView key, std::optional<ByteView>& value) const {
        value.reset();
        if (!storable(key)) {
            return {};
        }
        MDB_val wanted = as_val(key);
        MDB_val found;
        const int code = mdb_get(txn_, store_.dbi(table), &wanted, &found);
        if (code == 0) {
            value = as_view(found);
        } else if (code != MDB_NOTFOUND) {
            return store_.error("lmdb: reading a key", code);
        }
        return {};
    }

    LmdbStore& store_;
    ReadCounterBoard::Entry counters_;
    MDB_txn* txn_ = nullptr;
    bool active_ = false;
    std::vector<KeyPlace> order_;
};

class LmdbScan final : public Scan {
  public:
    LmdbScan(LmdbStore& store, ByteView from) : store_(store), from_(from.begin(), from.end()) {}
    LmdbScan(const LmdbScan&) = delete;
    LmdbScan& operator=(const LmdbScan&) = delete;
    ~LmdbScan() override {
        if (cursor_ != nullptr) {
            mdb_cursor_close(cursor_);
        }
        if (txn_ != nullptr) {
            mdb_txn_abort(txn_);
        }
        store_.scan_closed();
    }

    int open(Table table) {
        const int code = store_.begin_read(txn_);
        return code != 0 ? code : mdb_cursor_open(txn_, store_.dbi(table), &cursor_);
    }

    Result<bool> next(ByteView& key, ByteView& value) override {
        MDB_val found_key = as_val(from_);
        MDB_val found_value;
        const MDB_cursor_op step = started_ ? MDB_NEXT : from_.empty() ? MDB_FIRST : MDB_SET_RANGE;
        const int code =
            at_end_ ? MDB_NOTFOUND : mdb_cursor_get(cursor_, &found_key, &found_value, step);
        started_ = true;
        if (code == MDB_NOTFOUND) {
            at_end_ = true;
            return false;
        }
        if (code != 0) {
            return store_.error("lmdb: scanning a table", code);
        }
        key = as_view(found_key);
        value = as_view(found_value);
        return true;
    }

  private:
    LmdbStore& store_;
    Bytes from_;
    MDB_txn* txn_ = nullptr;
    MDB_cursor* cursor_ = nullptr;
    bool started_ = false;
    bool at_end_ = false;
};

Error LmdbStore::error(std::string_view what, int code) const {
    switch (code) {
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_INVALID:
        case MDB_VERSION_MISMATCH:
        case MDB_PANIC:
            return damaged_files("lmdb", files_, mdb_strerror(code));
        default:
            return io_error(what, files_, mdb_strerror(code), code == ENOSPC || code == EDQUOT);
    }
}

Status LmdbStore::open(std::span<const TableSpec> tables, std::uint64_t expected_bytes) {
    std::error_code failed;
    std::filesystem::create_directory(files_, failed);
    if (failed) {
        return io_error("lmdb: making the folder", files_, failed.message(),
                        failed == std::errc::no_space_on_device);
    }
    const std::uintmax_t present = std::filesystem::file_size(files_ / "data.mdb", failed);
    map_bytes_ = std::max({kFirstMapBytes, 2 * expected_bytes, failed ? 0 : 2 * present});
    int code = mdb_env_create(&env_);
    if (code == 0) {
        code = mdb_env_set_mapsize(env_, map_bytes_);
    }
    if (code == 0) {
        code = mdb_env_set_maxdbs(env_, static_cast<MDB_dbi>(tables.size()));
    }
    if (code == 0) {
        code = mdb_env_open(env_, files_.c_str(), kOpenFlags, kFileMode);
    }
    if (code != 0) {
        return error("lmdb: opening the store", code);
    }
    COMMITBENCH_TRY(check_is_whole());
    return open_tables(tables);
}

/// A file that was cut off would end the process (SIGBUS) at the first page that is not there.
Status LmdbStore::check_is_whole() const {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(files_ / "data.mdb", failed);
    if (failed) {
        return io_error("lmdb: looking at the store", files_, failed.message(), false);
    }
    if (size < used_bytes()) {
        return damaged_files(
            "lmdb", files_,
            fmt::format("data.mdb has {} bytes and should have {}", size, used_bytes()));
    }
    return {};
}

Status LmdbStore::open_tables(std::span<const TableSpec> tables) {
    MDB_txn* txn = nullptr;
    int code = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (code != 0) {
        return error("lmdb: opening the tables", code);
    }
    std::string found;
    code = open_tables_in(txn, tables, found);
    if (code != 0 || !found.empty()) {
        mdb_txn_abort(txn);
    } else {
        code = mdb_txn_commit(txn);
    }
    if (code != 0) {
        return error("lmdb: opening the tables", code);
    }
    if (!found.empty()) {
        std::string wanted;
        for (const TableSpec& table : tables) {
            wanted += fmt::format("{}{}", wanted.empty() ? "" : ", ", table.name);
        }
        return other_tables("lmdb", files_, found, wanted);
    }
    return {};
}

/// All in one transaction: a store has either no tables yet or all. Where it has others, `found`
/// names them.
int LmdbStore::open_tables_in(MDB_txn* txn, std::span<const TableSpec> tables, std::string& found) {
    MDB_dbi names = 0;
    MDB_cursor* cursor = nullptr;
    int code = mdb_dbi_open(txn, nullptr, 0, &names);
    if (code == 0) {
        code = mdb_cursor_open(txn, names, &cursor);
    }
    if (code != 0) {
        return code;
    }
    std::vector<std::string> present;
    MDB_val key;
    MDB_val value;
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        present.emplace_back(as_text(as_view(key)));
    }
    mdb_cursor_close(cursor);
    if (code != MDB_NOTFOUND) {
        return code;
    }
    const bool same = present.size() == tables.size() &&
                      std::ranges::all_of(tables, [&present](const TableSpec& table) {
                          return std::ranges::find(present, table.name) != present.end();
                      });
    if (!present.empty() && !same) {
        found = fmt::format("{}", fmt::join(present, ", "));
        return 0;
    }
    for (const TableSpec& table : tables) {
        MDB_dbi opened = 0;
        code = mdb_dbi_open(txn, std::string(table.name).c_str(), MDB_CREATE, &opened);
        if (code != 0) {
            return code;
        }
        tables_.push_back(opened);
    }
    return 0;
}

Result<std::unique_ptr<StoreReader>> LmdbStore::open_reader() {
    auto reader = std::make_unique<LmdbReader>(*this);
    const std::lock_guard lock(mutex_);
    readers_.push_back(reader.get());
    return std::unique_ptr<StoreReader>(std::move(reader));
}

Result<std::unique_ptr<Scan>> LmdbStore::scan(Table table, ByteView from) {
    if (unmapped_) {
        return error("lmdb: opening a scan", ENOMEM);
    }
    auto scan = std::make_unique<LmdbScan>(*this, from);
    ++open_scans_;
    if (const int code = scan->open(table); code != 0) {
        return error("lmdb: opening a scan", code);
    }
    return std::unique_ptr<Scan>(std::move(scan));
}

std::uint64_t LmdbStore::used_bytes() const {
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(env_, &info);
    mdb_env_stat(env_, &stat);
    return (std::uint64_t{info.me_last_pgno} + 1) * stat.ms_psize;
}

/// INVARIANT: no transaction is open in this process.
int LmdbStore::enlarge_map(std::uint64_t at_least) {
    const std::uint64_t bytes = std::max(2 * map_bytes_, at_least);
    const int code = mdb_env_set_mapsize(env_, bytes);
    if (code != 0) {
        unmapped_ = true;  // LMDB drops the old map before it asks for the new one
        return code;
    }
    map_bytes_ = bytes;
    ++map_growths_;
    return 0;
}

int LmdbStore::write_run(MDB_txn* txn,
                         std::span<const RecordedBatch::Entry> run,
                         CommitMode mode) const {
    MDB_cursor* cursor = nullptr;
    int code = mdb_cursor_open(txn, dbi(run.front().table), &cursor);
    if (code != 0) {
        return code;
    }
    // Loading in key order behind everything there is: no search, and pages filled to the brim. Not
    // for blocks, which would rather find room in the pages.
    bool append =
        mode == CommitMode::bulk &&
        std::ranges::none_of(run, [](const RecordedBatch::Entry& entry) { return entry.erased; });
    MDB_val key;
    MDB_val value;
    if (append) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
        append = code == MDB_NOTFOUND || (code == 0 && less(as_view(key), run.front().key()));
        code = code == MDB_NOTFOUND ? 0 : code;
    }
    for (const RecordedBatch::Entry& entry : run) {
        if (code != 0) {
            break;
        }
        key = as_val(entry.key());
        value = as_val(entry.value());
        if (!entry.erased) {
            code = mdb_cursor_put(cursor, &key, &value, append ? MDB_APPEND : 0);
            continue;
        }
        code = mdb_cursor_get(cursor, &key, &value, MDB_SET);
        if (code == 0) {
            code = mdb_cursor_del(cursor, 0);
        } else if (code == MDB_NOTFOUND) {
            code = 0;
        }
    }
    mdb_cursor_close(cursor);
    return code;
}

int LmdbStore::try_commit(std::span<const RecordedBatch::Entry> entries, CommitMode mode) {
    int code = mdb_env_set_flags(env_, MDB_NOSYNC, mode == CommitMode::durable ? 0 : 1);
    MDB_txn* txn = nullptr;
    if (code == 0) {
        code = mdb_txn_begin(env_, nullptr, 0, &txn);
    }
    if (code != 0) {
        return code;
    }
    while (code == 0 && !entries.empty()) {
        const auto end =
            std::ranges::find_if(entries, [&entries](const RecordedBatch::Entry& entry) {
                return entry.table != entries.front().table;
            });
        const auto count = static_cast<std::size_t>(end - entries.begin());
        code = write_run(txn, entries.first(count), mode);
        entries = entries.subspan(count);
    }
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

int LmdbStore::commit_entries(std::span<const RecordedBatch::Entry> entries, CommitMode mode) {
    int code = 0;
    while ((code = try_commit(entries, mode)) == MDB_MAP_FULL) {
        code = enlarge_map(0);
        if (code != 0) {
            break;
        }
    }
    return code;
}

Status LmdbStore::commit(Batch& batch, CommitMode mode) {
    // INVARIANT: every batch of this store was made by new_batch().
    auto& recorded = static_cast<RecordedBatch&>(batch);
    const ClearAtEnd clear(recorded);
    COMMITBENCH_TRY(recorded.check());
    if (open_scans_ != 0) {
        return commit_during_scan();
    }
    {
        const std::lock_guard lock(mutex_);
        for (LmdbReader* const reader : readers_) {
            reader->pause();
        }
    }
    int code = unmapped_ ? ENOMEM : 0;
    // Growing ahead saves the work of the transaction that would find the map full.
    if (code == 0 && used_bytes() + recorded.bytes() > map_bytes_ / 2) {
        code = enlarge_map(2 * recorded.bytes());
    }
    if (code == 0 && mode == CommitMode::durable && recorded.entries().empty()) {
        code =
            mdb_env_sync(env_, 1);  // LMDB skips an empty transaction; earlier lazy commits count
    }
    // Sorted, because random keys would visit a page of the tree once for each of them.
    std::span<const RecordedBatch::Entry> entries = recorded.ordered();
    const std::size_t piece = mode == CommitMode::bulk ? bulk_entries_ : entries.size();
    while (code == 0 && !entries.empty()) {
        const std::size_t count = std::min(piece, entries.size());
        code = commit_entries(entries.first(count), mode);
        entries = entries.subspan(count);
    }
    if (code != 0) {
        return error("lmdb: writing a batch", code);
    }
    put_bytes_ += recorded.bytes();
    syncs_ += mode == CommitMode::durable ? 1 : 0;
    return {};
}

Status LmdbStore::sync() {
    ++syncs_;
    const int code = mdb_env_sync(env_, 1);
    return code == 0 ? Status{} : error("lmdb: syncing", code);
}

void LmdbStore::counters(CounterVisitor& visitor) const {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(files_ / "data.mdb", failed);
    visitor.counter("store_gets", board_.sum(ReadCount::gets));
    visitor.counter("store_get_bytes", board_.sum(ReadCount::get_bytes));
    visitor.counter("store_put_bytes", put_bytes_);
    visitor.counter("store_syncs", syncs_);
    visitor.counter("store_bytes", failed ? 0 : size);
}

void LmdbStore::facts(FactVisitor& visitor) const {
    visitor.fact(
        "store",
        fmt::format("lmdb {}.{}.{}", MDB_VERSION_MAJOR, MDB_VERSION_MINOR, MDB_VERSION_PATCH),
        "copy-on-write B+tree in a memory map");
    visitor.fact(
        "store_cache", "the kernel's page cache",
        "LMDB has no cache of its own: the memory budget does not reach its pages, only a limit "
        "on the process's memory does");
    visitor.fact(
        "store_map", format_size(map_bytes_),
        fmt::format("grew {} times; doubles when half full, so that only the disk's end ends it",
                    map_growths_));
    visitor.fact(
        "store_sync",
        "durable: fdatasync of the pages, then the meta page with O_DSYNC; else none (MDB_NOSYNC)",
        "a commit of LMDB is one sync in two barriers; without a sync a power cut may damage the "
        "file");
    visitor.fact("store_writemap", "off",
                 "a full disk must be an error, not the end of the process (SIGBUS)");
    visitor.fact("store_readahead", "off (MDB_NORDAHEAD)",
                 "keys are random: what lies beside a page is not what is read next");
    visitor.fact("store_lock_file", "none (MDB_NOLOCK)",
                 "the folder is claimed by one process; and the lock file is a shared map, into "
                 "which a store on a full disk ends the process");
    visitor.fact("store_batch_order", "sorted by key; appended when bulk keys follow the last one",
                 "random keys would visit each page of the tree again and again");
    visitor.fact("store_compression", "none", "LMDB has none; nor does any other store here");
}

}  // namespace

Result<std::unique_ptr<Store>> open_lmdb_store(const StoreSettings& settings,
                                               std::span<const TableSpec> tables) {
    auto store = std::make_unique<LmdbStore>(settings.directory, settings.memory_budget);
    COMMITBENCH_TRY(store->open(tables, settings.expected_bytes));
    return std::unique_ptr<Store>(std::move(store));
}

}  // namespace commitbench
