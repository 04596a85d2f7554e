// SPDX-License-Identifier: Apache-2.0
// An LMDB environment with its tables and a map that grows: what the store of lmdb_store.hpp writes
// through.
//
// How the contracts of Store map to LMDB 0.9:
//
//   lazy, bulk   MDB_NOSYNC: pages and meta page are written, the kernel flushes when it likes.
//   Atomic for a
//                process that dies; a power cut may leave pages of two states, so nothing is
//                promised across it.
//   durable      LMDB's own default: fdatasync of the pages, then the meta page through an O_DSYNC
//   descriptor.
//                Counted as one sync, as LMDB cannot commit with less; MDB_NOMETASYNC would save
//                the second barrier and could lose the block.
//   never        MDB_WRITEMAP, and the lock file: both are shared maps, and a store into one on a
//   full disk ends
//                the process (SIGBUS), where a write returns ENOSPC.
#pragma once

#include "backends/store/recorded_batch.hpp"

#include <lmdb.h>
#include <string>
#include <vector>

namespace commitbench {

[[nodiscard]] inline MDB_val as_val(ByteView bytes) {
    // LMDB's C interface takes void* also for what it only reads.
    return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
}
[[nodiscard]] inline ByteView as_view(const MDB_val& value) {
    return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

/// Functions that return int return LMDB's codes; error() turns one into our line. One writer;
/// begin_read from many threads.
class LmdbEnvironment {
  public:
    /// `files`: its folder, made where it is missing.
    LmdbEnvironment(std::filesystem::path files, std::uint64_t memory_budget);
    LmdbEnvironment(const LmdbEnvironment&) = delete;
    LmdbEnvironment& operator=(const LmdbEnvironment&) = delete;
    ~LmdbEnvironment();

    [[nodiscard]] Status open(std::span<const TableSpec> tables, std::uint64_t expected_bytes);

    /// Begins or renews a read transaction.
    [[nodiscard]] int begin_read(MDB_txn*& txn) const;
    [[nodiscard]] MDB_dbi dbi(Table table) const {
        return tables_[static_cast<std::size_t>(table)];
    }
    /// Writes and commits: in one transaction, or, for bulk, in pieces. `entries` are ordered, each
    /// key once; `bytes` is their size. INVARIANT: no transaction is open in this process.
    [[nodiscard]] int write(std::span<const RecordedBatch::Entry> entries,
                            std::size_t bytes,
                            CommitMode mode);
    [[nodiscard]] int sync() { return mdb_env_sync(env_, 1); }

    [[nodiscard]] Error error(std::string_view what, int code) const;
    [[nodiscard]] std::uint64_t file_bytes() const;
    void facts(FactVisitor& visitor) const;

  private:
    [[nodiscard]] Status check_is_whole() const;
    [[nodiscard]] Status open_tables(std::span<const TableSpec> tables);
    int open_tables_in(MDB_txn* txn, std::span<const TableSpec> tables, std::string& found);
    [[nodiscard]] std::uint64_t used_bytes() const;
    int enlarge_map(std::uint64_t at_least);
    int commit_entries(std::span<const RecordedBatch::Entry> entries, CommitMode mode);
    int try_commit(std::span<const RecordedBatch::Entry> entries, CommitMode mode);
    int write_run(MDB_txn* txn, std::span<const RecordedBatch::Entry> run, CommitMode mode) const;

    std::filesystem::path files_;
    std::size_t bulk_entries_;  // of one transaction of a bulk write
    MDB_env* env_ = nullptr;
    std::uint64_t map_bytes_ = 0;
    std::uint64_t map_growths_ = 0;
    bool unmapped_ = false;  // the system refused a larger map after the old one was gone
    std::vector<MDB_dbi> tables_;
};

}  // namespace commitbench
