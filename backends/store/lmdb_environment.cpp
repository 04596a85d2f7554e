// SPDX-License-Identifier: Apache-2.0
#include "backends/store/lmdb_environment.hpp"

#include "backends/store/io_error.hpp"
#include "harness/core/options.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>

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

}  // namespace

LmdbEnvironment::LmdbEnvironment(std::filesystem::path files, std::uint64_t memory_budget)
    : files_(std::move(files)),
      bulk_entries_(std::max(kLeastBulkEntries, memory_budget / kBulkBudgetShare / kPageBytes)) {}

LmdbEnvironment::~LmdbEnvironment() {
    if (env_ != nullptr) {
        mdb_env_close(env_);
    }
}

Error LmdbEnvironment::error(std::string_view what, int code) const {
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

Status LmdbEnvironment::open(std::span<const TableSpec> tables, std::uint64_t expected_bytes) {
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
Status LmdbEnvironment::check_is_whole() const {
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

Status LmdbEnvironment::open_tables(std::span<const TableSpec> tables) {
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
int LmdbEnvironment::open_tables_in(MDB_txn* txn,
                                    std::span<const TableSpec> tables,
                                    std::string& found) {
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

int LmdbEnvironment::begin_read(MDB_txn*& txn) const {
    if (unmapped_) {
        return ENOMEM;
    }
    return txn == nullptr ? mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn) : mdb_txn_renew(txn);
}

std::uint64_t LmdbEnvironment::used_bytes() const {
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(env_, &info);
    mdb_env_stat(env_, &stat);
    return (std::uint64_t{info.me_last_pgno} + 1) * stat.ms_psize;
}

/// INVARIANT: no transaction is open in this process.
int LmdbEnvironment::enlarge_map(std::uint64_t at_least) {
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

int LmdbEnvironment::write_run(MDB_txn* txn,
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

int LmdbEnvironment::try_commit(std::span<const RecordedBatch::Entry> entries, CommitMode mode) {
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

int LmdbEnvironment::commit_entries(std::span<const RecordedBatch::Entry> entries,
                                    CommitMode mode) {
    int code = 0;
    while ((code = try_commit(entries, mode)) == MDB_MAP_FULL) {
        code = enlarge_map(0);
        if (code != 0) {
            break;
        }
    }
    return code;
}

int LmdbEnvironment::write(std::span<const RecordedBatch::Entry> entries,
                           std::size_t bytes,
                           CommitMode mode) {
    int code = unmapped_ ? ENOMEM : 0;
    // Growing ahead saves the work of the transaction that would find the map full.
    if (code == 0 && used_bytes() + bytes > map_bytes_ / 2) {
        code = enlarge_map(2 * bytes);
    }
    if (code == 0 && mode == CommitMode::durable && entries.empty()) {
        return sync();  // LMDB skips an empty transaction, but earlier lazy commits count
    }
    const std::size_t piece = mode == CommitMode::bulk ? bulk_entries_ : entries.size();
    while (code == 0 && !entries.empty()) {
        const std::size_t count = std::min(piece, entries.size());
        code = commit_entries(entries.first(count), mode);
        entries = entries.subspan(count);
    }
    return code;
}

std::uint64_t LmdbEnvironment::file_bytes() const {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(files_ / "data.mdb", failed);
    return failed ? 0 : size;
}

void LmdbEnvironment::facts(FactVisitor& visitor) const {
    visitor.fact(
        "store",
        fmt::format("lmdb {}.{}.{}", MDB_VERSION_MAJOR, MDB_VERSION_MINOR, MDB_VERSION_PATCH),
        "copy-on-write B+tree in a memory map");
    visitor.fact("store_cache", "the kernel's page cache",
                 "LMDB has no cache of its own: its pages count as resident but belong to the "
                 "kernel, which takes them "
                 "back when memory is short; the memory budget does not reach them");
    visitor.fact("store_dirty_pages",
                 fmt::format("a block: all in memory; a load: at most {} entries a transaction",
                             bulk_entries_),
                 "LMDB holds the pages that a transaction changes (4 KiB for each random key) "
                 "outside any budget: a "
                 "block must be one transaction, a load need not");
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
                 "which a store on a "
                 "full disk ends the process");
    visitor.fact("store_batch_order", "sorted by key; appended when bulk keys follow the last one",
                 "random keys would visit each page of the tree again and again");
    visitor.fact("store_compression", "none", "LMDB has none; nor does any other store here");
}

}  // namespace commitbench
