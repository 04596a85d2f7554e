// SPDX-License-Identifier: Apache-2.0
// Store: a key-value engine under a backend.
//
// Small on purpose: point reads, batched reads, ordered scan, one atomic batch, sync. What an
// engine can do beyond that is either a setting chosen in its file, or not used, so that engines
// stay comparable.
#pragma once

#include "harness/core/backend.hpp"
#include "harness/core/observer.hpp"
#include "harness/core/result.hpp"

#include <filesystem>
#include <memory>
#include <span>

namespace commitbench {

/// A named keyspace inside a store, by its position in the span given to open_store.
enum class Table : std::uint8_t {};

struct TableSpec {
    std::string_view name;  ///< static; letters only
    /// True where keys are 32 uniformly distributed bytes (hashes, StateKeys): engines choose
    /// filters and hash functions by it.
    bool uniform_keys = false;
};

/// How far a batch must get before commit() returns.
enum class CommitMode : std::uint8_t {
    bulk,  ///< loading: may skip the log and go in pieces; on failure or death before Store::sync()
           ///< any part of it may be there
    lazy,  ///< atomic, survives the process, not the power cut
    durable,  ///< atomic, survives power loss; exactly one sync of the engine's log
};

/// What a store takes. A batch with another key or value is refused by commit() (bad_input).
inline constexpr std::size_t kMaxKeyBytes = 480;  ///< at least 1; LMDB's own limit is 511
inline constexpr std::size_t kMaxValueBytes = (std::size_t{16} << 20) + 1024;

/// Writes that become visible together. Made by the store that commits it; commit() empties it,
/// also where it fails, and it may be filled again. Keys and values are copied by put(). The last
/// write of a key wins. Not thread-safe.
class Batch {
  public:
    virtual ~Batch() = default;
    virtual void put(Table table, ByteView key, ByteView value) = 0;
    /// The same without the copy: key and value must stay as they are until commit() returns or the
    /// batch ends.
    virtual void put_borrowed(Table table, ByteView key, ByteView value) = 0;
    virtual void erase(Table table, ByteView key) = 0;
    /// Bytes of keys and values held.
    [[nodiscard]] virtual std::size_t bytes() const = 0;
};

/// Walks a table upwards in key order over what was committed when the scan was opened. A commit
/// while a scan is open is refused (unsupported): LMDB cannot enlarge its map under one, nor the
/// memory store move its entries.
class Scan {
  public:
    virtual ~Scan() = default;
    /// Moves to the next entry (the first call: to the first); false at the end. Views are valid
    /// until the next call.
    [[nodiscard]] virtual Result<bool> next(ByteView& key, ByteView& value) = 0;
};

/// Point reads for one thread. Sees everything committed before the call.
class StoreReader {
  public:
    virtual ~StoreReader() = default;
    /// The value or nullopt; the view is valid until the reader's next call and no longer than the
    /// store's next commit.
    [[nodiscard]] virtual Result<std::optional<ByteView>> get(Table table, ByteView key) = 0;
    /// values[i] becomes the value of keys[i]; all views are valid until the reader's next call.
    /// INVARIANT: equal lengths.
    [[nodiscard]] virtual Status multi_get(Table table,
                                           std::span<const ByteView> keys,
                                           std::span<std::optional<ByteView>> values) = 0;
};

/// One writer (commit, sync and the destructor from one thread at a time); readers from many
/// threads, each its own. No reader's call may run during commit(). A read of a key longer than
/// kMaxKeyBytes, or empty, finds nothing. Dropping the store closes it; readers, scans and batches
/// must be gone by then.
class Store {
  public:
    virtual ~Store() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<StoreReader>> open_reader() = 0;
    /// From the first key >= `from`. memory: sorts the table first, O(n log n).
    [[nodiscard]] virtual Result<std::unique_ptr<Scan>> scan(Table table, ByteView from) = 0;
    [[nodiscard]] virtual std::unique_ptr<Batch> new_batch() = 0;
    /// Applies the batch atomically (but see bulk) and empties it. On failure nothing of it is
    /// applied and what was committed before stays readable: io where the disk is full or refuses,
    /// does_not_fit where a memory store would grow past its budget.
    virtual Status commit(Batch& batch, CommitMode mode) = 0;
    /// Everything committed so far survives power loss when this returns, bulk commits too.
    virtual Status sync() = 0;
    /// store_gets, store_get_bytes (values), store_put_bytes (keys and values), store_syncs (of the
    /// engine's log, as asked for here), store_cache_hits, store_cache_misses (blocks, where the
    /// engine tells), and the gauge store_bytes (size on disk, or in memory). A walk over the
    /// files: not for the timed region.
    virtual void counters(CounterVisitor& visitor) const = 0;
    /// Every engine setting that was chosen, its value and the reason.
    virtual void facts(FactVisitor& visitor) const = 0;
};

enum class StoreKind : std::uint8_t { memory, lmdb, rocksdb };

/// "memory|lmdb|rocksdb": the range of a component's `store` option.
inline constexpr std::string_view kStoreChoices = "memory|lmdb|rocksdb";
/// INVARIANT: text is one of kStoreChoices.
[[nodiscard]] StoreKind store_kind(std::string_view text);

struct StoreSettings {
    StoreKind kind = StoreKind::memory;
    std::filesystem::path
        directory;  ///< an existing folder that this process has claimed; unused by memory
    std::uint64_t memory_budget = 0;   ///< bytes: cache (rocksdb: block cache and write buffers
                                       ///< together) or resident state (memory)
    std::uint64_t expected_bytes = 0;  ///< of state to come, a hint for sizing; 0 where unknown
    bool direct = false;  ///< rocksdb: tables are read and written past the kernel's page cache
};

/// The least that a memory store may hold, whatever the budget. A budget bounds caches, and a cache
/// of 8 MiB is sensible over any state; but a resident state is no cache: it has the size that it
/// has, and small states should not be refused for a small cache.
inline constexpr std::uint64_t kResidentFloorBytes = std::uint64_t{64} << 20;

/// What a resident state may weigh in a cell with this budget.
[[nodiscard]] constexpr std::uint64_t resident_limit(std::uint64_t memory_budget) {
    return memory_budget > kResidentFloorBytes ? memory_budget : kResidentFloorBytes;
}

/// Opens or creates. An engine keeps its files in a folder of its own name inside `directory`. An
/// existing store with other tables is refused (bad_input), a damaged or foreign one too (corrupt).
/// A memory store is always new.
[[nodiscard]] Result<std::unique_ptr<Store>> open_store(const StoreSettings& settings,
                                                        std::span<const TableSpec> tables);

}  // namespace commitbench
