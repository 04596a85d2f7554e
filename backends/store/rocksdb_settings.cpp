// SPDX-License-Identifier: Apache-2.0
#include "backends/store/rocksdb_settings.hpp"

#include "harness/core/options.hpp"

#include <algorithm>
#include <bit>
#include <cstdarg>
#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

namespace commitbench {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

/// A shard below this size would be turned over by a single filter or index block.
constexpr std::uint64_t kLeastShardBytes = 8 * kMiB;
/// Below it the filter and index of one 64 MiB file (about 1 MiB) are too large to be loaded whole.
constexpr std::uint64_t kPartitionBelowBytes = 64 * kMiB;
constexpr std::uint64_t kLargestWriteBuffer = 64 * kMiB;
constexpr std::uint64_t kLeastWriteBuffer = kMiB / 2;
constexpr double kFilterBitsPerKey = 10;  // 1 % false positives
constexpr std::uint64_t kBlockBytes = 4096;
constexpr int kBackgroundJobs = 2;
/// Keeps no text log. On a full disk the engine's own log cannot be written either, and Debian's
/// library, which is built with assertions, then aborts in the logger instead of returning the
/// error.
class SilentLogger final : public rocksdb::Logger {
  public:
    using rocksdb::Logger::Logv;
    void Logv(const char* /*format*/, std::va_list /*arguments*/) override {}
};

/// Stays well under the usual limit of 1024 descriptors a process.
constexpr int kOpenFiles = 512;
constexpr std::uint64_t kWritebackBytes = kMiB;
/// With direct I/O, of each file under compaction: RocksDB's own default of 2 MiB would be half of
/// a small budget.
constexpr std::uint64_t kDirectReadahead = kMiB / 4;
/// Of a write buffer, for its own Bloom filter.
constexpr double kMemtableFilterShare = 0.02;

struct Sizes {
    std::uint64_t cache;
    std::uint64_t all_write_buffers;
    std::uint64_t write_buffer;
    std::uint64_t file;
    bool partitioned;
    int shard_bits;
    bool direct;
};

Sizes sizes_for(const StoreSettings& settings) {
    const std::uint64_t memory_budget = settings.memory_budget;
    Sizes sizes{};
    sizes.direct = settings.direct;
    sizes.cache = memory_budget / 8 * 7;
    // A quarter of the budget: less makes many small files, more takes from the cache of what is
    // read.
    sizes.all_write_buffers = std::max(memory_budget / 4, 2 * kLeastWriteBuffer);
    // Two of one table fit: one is filled while the other is flushed.
    sizes.write_buffer =
        std::clamp(sizes.all_write_buffers / 2, kLeastWriteBuffer, kLargestWriteBuffer);
    sizes.partitioned = memory_budget < kPartitionBelowBytes;
    sizes.file = sizes.partitioned ? 8 * kMiB : 64 * kMiB;
    const std::uint64_t shards =
        std::bit_floor(std::max<std::uint64_t>(1, memory_budget / kLeastShardBytes));
    sizes.shard_bits = std::min(6, std::countr_zero(shards));
    return sizes;
}

rocksdb::BlockBasedTableOptions block_options(const Sizes& sizes,
                                              bool uniform_keys,
                                              const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = cache;
    blocks.block_size = kBlockBytes;
    blocks.format_version = 5;
    blocks.cache_index_and_filter_blocks = true;
    blocks.cache_index_and_filter_blocks_with_high_priority = true;
    blocks.pin_l0_filter_and_index_blocks_in_cache = true;
    blocks.whole_key_filtering = true;
    if (uniform_keys) {
        blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
    }
    if (sizes.partitioned) {
        blocks.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
        blocks.partition_filters = uniform_keys;
        blocks.metadata_block_size = kBlockBytes;
        blocks.pin_top_level_index_and_filter = true;
    }
    return blocks;
}

rocksdb::ColumnFamilyOptions table_options(const Sizes& sizes,
                                           const TableSpec& table,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::ColumnFamilyOptions options;
    options.compression = rocksdb::kNoCompression;
    options.write_buffer_size = sizes.write_buffer;
    options.max_write_buffer_number = 2;
    options.target_file_size_base = sizes.file;
    options.level_compaction_dynamic_level_bytes = true;
    if (table.uniform_keys) {
        options.memtable_whole_key_filtering = true;
        options.memtable_prefix_bloom_size_ratio = kMemtableFilterShare;
    }
    options.table_factory.reset(
        rocksdb::NewBlockBasedTableFactory(block_options(sizes, table.uniform_keys, cache)));
    return options;
}

rocksdb::DBOptions database_options(const Sizes& sizes,
                                    const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::DBOptions options;
    options.write_buffer_manager =
        std::make_shared<rocksdb::WriteBufferManager>(sizes.all_write_buffers, cache);
    options.max_background_jobs = kBackgroundJobs;
    options.max_open_files = kOpenFiles;
    options.allow_concurrent_memtable_write = false;
    options.enable_write_thread_adaptive_yield = false;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    options.max_bgerror_resume_count = 0;
    options.bytes_per_sync = kWritebackBytes;
    options.stats_dump_period_sec = 0;
    options.stats_persist_period_sec = 0;
    options.skip_stats_update_on_db_open = true;
    options.info_log = std::make_shared<SilentLogger>();
    if (sizes.direct) {
        options.use_direct_reads = true;
        options.use_direct_io_for_flush_and_compaction = true;
        // The kernel reads nothing ahead here.
        options.compaction_readahead_size = kDirectReadahead;
    }
    return options;
}

std::vector<RocksSetting> describe(const Sizes& sizes) {
    return {
        {"store_cache",
         fmt::format("{} LRU in {} shards", format_size(sizes.cache), 1 << sizes.shard_bits),
         "seven eighths of the memory budget, the rest for gaps in the heap: blocks, indexes, "
         "filters and write buffers are all charged to it; a "
         "shard has 8 MiB or "
         "more, lest one filter turn it over"},
        {"store_write_buffers",
         fmt::format("{} for all tables, {} each", format_size(sizes.all_write_buffers),
                     format_size(sizes.write_buffer)),
         "a quarter of the budget, inside it; a batch goes in whole, so a block larger than that "
         "exceeds it for a moment"},
        {"store_page_cache",
         sizes.direct ? "not used for tables (direct I/O); the log goes through it"
                      : "used (no direct I/O)",
         sizes.direct ? "direct=on: the memory budget is all that caches the state, as for files "
                        "that are read past the page cache; compactions read 256 KiB at a time"
                      : "direct=off: as LMDB's reads are; with memory to spare the kernel caches "
                        "what the budget does not"},
        {"store_wal", "on for blocks, off in a load",
         "a load that was cut short is refused anyway, so its log would be written for nothing"},
        {"store_sync", "durable: fdatasync of the log in the same write; else none",
         "one sync a block; the log makes a batch atomic over all tables, so atomic_flush is not "
         "needed"},
        {"store_compression", "none",
         "hashes and keys do not compress, and LMDB and memory have none: it would measure a "
         "codec"},
        {"store_filter",
         "uniform tables: Bloom, 10 bits a key, whole keys, all levels; also 2 % of a write buffer",
         "1 % of the searches in levels that lack the key are left; Ribbon saves 30 % of the bytes "
         "for "
         "several times the CPU time"},
        {"store_index",
         sizes.partitioned ? "two-level, in 4096-byte parts" : "whole, a block a file",
         "in the cache, with priority; in parts where the budget is below 64 MiB"},
        {"store_block_bytes", std::to_string(kBlockBytes),
         "a page, as LMDB's: a random read moves no more than it must"},
        {"store_file_bytes", format_size(sizes.file),
         "smaller files for a small budget: their index and filter are smaller"},
        {"store_background_jobs", std::to_string(kBackgroundJobs),
         "one flush and one compaction: more would take the cores that are measured"},
        {"store_open_files", std::to_string(kOpenFiles),
         "under the usual limit of 1024 descriptors"},
        {"store_after_load", "flushed and compacted",
         "the compaction that a load owes is paid by the load, not by the measured blocks"},
        {"store_writers", "one (no concurrent memtable writes)",
         "a store has one writer: its locks would only cost"},
        {"store_writeback", fmt::format("every {} (bytes_per_sync)", format_size(kWritebackBytes)),
         "background files reach the disk as they are written, not in one burst that stalls a "
         "block's sync"},
        {"store_statistics", "off",
         "engine-wide counters cost time in every read; block hits come from the thread's own"},
        {"store_allocator", "one heap; 256 KiB and more are mapped apart",
         "write buffers and batches come and go between the cache's small blocks: the process "
         "would "
         "keep a hundred MiB of gaps"},
        {"store_text_log", "none",
         "the library aborts where its own log cannot be written, as on a full disk"},
        {"store_after_error", "stays failed",
         "a store that heals itself in the background would hide a full disk"},
    };
}

}  // namespace

RocksSettings choose_rocks_settings(const StoreSettings& store, std::span<const TableSpec> tables) {
    const Sizes sizes = sizes_for(store);
    const auto cache = rocksdb::NewLRUCache(sizes.cache, sizes.shard_bits, false, 0.5);
    RocksSettings settings;
    settings.database = database_options(sizes, cache);
    for (const TableSpec& table : tables) {
        settings.tables.push_back(table_options(sizes, table, cache));
    }
    settings.facts = describe(sizes);
    return settings;
}

}  // namespace commitbench
