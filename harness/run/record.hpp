// SPDX-License-Identifier: Apache-2.0
// RunRecord: everything a run found out, in the shape from which the JSON line and the table are
// made.
#pragma once

#include "harness/measure/build.hpp"
#include "harness/measure/machine.hpp"
#include "harness/measure/process_counters.hpp"
#include "harness/measure/span.hpp"
#include "harness/runtime/placement.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace commitbench {

/// By name, in the order of the alphabet. Signed, because a few of them (sizes on disk) may shrink.
using CounterMap = std::map<std::string, std::int64_t, std::less<>>;

struct Fact {
    std::string name;
    std::string value;
    std::string why;
};

/// A component of the run as it was resolved.
struct ComponentRecord {
    std::string spec;  ///< "mpt:store=rocksdb,…", every option
    std::string name;
    std::vector<std::pair<std::string, std::string>> options;
    std::vector<Fact> facts;
};

/// Parallelism (harness/core/parallelism.hpp) of one block or the sum of several.
struct ParallelismRecord {
    std::uint64_t transactions = 0;
    std::uint64_t edges = 0;
    std::uint64_t longest_chain = 0;

    /// Transactions over the longest chain.
    [[nodiscard]] double available() const noexcept {
        return longest_chain == 0
                   ? 0
                   : static_cast<double>(transactions) / static_cast<double>(longest_chain);
    }
};

struct BlockRecord {
    std::uint64_t number = 0;
    std::uint32_t transactions = 0;
    std::uint32_t failed = 0;   ///< of those, refused by their own rules
    std::uint64_t changes = 0;  ///< keys in the StateDiff
    BlockSpans spans;
    CounterMap counters;  ///< what this block added to the components' counters
    /// What its exact access sets allow, where they are known.
    std::optional<ParallelismRecord> parallelism;
    std::string root;  ///< hex, without 0x; empty where the scheme is "none"
};

struct LoadRecord {
    std::uint64_t keys = 0;
    std::uint64_t passes = 0;  ///< times the workload's keys were gone through to sort them
    double seconds = 0;        ///< sorting included; of a restored state: copying it
    std::string restored;      ///< how, where it was not loaded (RestoredFiles::how)
    std::optional<std::uint64_t> peak_rss_bytes;
    /// Mapped files in memory at the end: part of the peak, but the kernel's to take back.
    std::optional<std::uint64_t> rss_file_bytes;
};

enum class LedgerVerdict : std::uint8_t {
    valid,     ///< every digest, receipt and root agrees
    void_run,  ///< one does not: the figures mean nothing
};

struct LedgerRecord {
    LedgerVerdict verdict = LedgerVerdict::valid;
    std::string file;
    std::string scheme;                ///< of the roots, "none" where there are none
    bool roots_checked = false;        ///< false where the scheme has no reference tree
    std::uint64_t blocks_checked = 0;  ///< warm-up included
    std::string reason;                ///< where void: block, key, what differs
};

/// Is the measured window steady? A flag for the reader, not a reason to drop the run.
struct SteadyState {
    bool known = false;   ///< false with fewer than 8 blocks
    bool steady = false;  ///< both figures below within kSteadyLimit
    double slope_percent =
        0;  ///< least-squares slope of block time, over the whole window, in % of the mean
    double halves_percent = 0;  ///< second half's mean against the first's, in %
};

/// Spans of the measured blocks over RunRecord::hash_floor_ns(), all less what making
/// and checking witnesses took in them (counters witness_make_ns, in stage, and witness_verify_ns,
/// in merkleize): the floor has no hash of a witness.
struct HashFloorRatios {
    double merkleize = 0;
    double stage_merkleize = 0;
    double commit = 0;  ///< stage + merkleize + persist
};

struct RunRecord {
    ComponentRecord executor;
    ComponentRecord backend;
    ComponentRecord workload;
    ComponentRecord reference;
    std::string scheme;
    std::uint64_t seed = 0;
    std::uint64_t warmup_blocks = 0;
    std::uint64_t memory_budget = 0;  ///< bytes
    std::uint32_t workers = 1;        ///< threads of the cell
    std::uint32_t execute_times = 1;  ///< executions of every block in its span
    std::uint32_t commit_times = 1;   ///< backends that committed to every block in its spans
    bool pin = true;                  ///< asked for
    Placement placement;              ///< of the workers, as it came
    std::string durability;           ///< "none" | "block"
    std::string
        cache_state;  ///< "warm" | "cold" (reopened before every block; the kernel's cache stays)
    std::string directory;
    bool temporary_directory = false;
    std::uint64_t database_bytes = 0;  ///< of the backend's files on disk after the last block
    std::string results;               ///< folder of runs.jsonl
    std::string started_utc;           ///< "2026-01-02T03:04:05Z"
    std::vector<std::string> command;

    LoadRecord load;
    std::vector<BlockRecord> blocks;  ///< the measured ones, in order
    /// Grown over the measured blocks; the gaps between them included, for what goes on in the
    /// background.
    CounterMap counters;
    CounterMap counters_at_end;  ///< since the backend was opened, load and warm-up included
    ProcessCounters process_before;
    ProcessCounters process_after;
    std::optional<std::uint64_t> run_peak_rss_bytes;  ///< of the warm-up and the measured blocks
    std::uint64_t untimed_ns =
        0;  ///< between measured blocks: making blocks, checking, reading counters
    double clock_read_ns = 0;      ///< of one wall-clock read, measured
    double cpu_clock_read_ns = 0;  ///< of one CPU-clock read, measured
    LedgerRecord ledger;
    MachineFacts machine;
    StorageFacts storage;

    [[nodiscard]] std::uint64_t transactions() const noexcept;
    [[nodiscard]] std::uint64_t failed() const noexcept;
    /// Sum over the measured blocks.
    [[nodiscard]] BlockSpans totals() const noexcept;
    /// Sum over the measured blocks; nullopt unless it is known of each.
    [[nodiscard]] std::optional<ParallelismRecord> parallelism() const noexcept;
    /// Total transactions / total wall. 0 where there is no wall time.
    [[nodiscard]] double transactions_per_second() const noexcept;
    /// Nearest-rank percentile of the block wall times; 0 where there are no blocks. percent in (0,
    /// 100].
    [[nodiscard]] std::uint64_t block_percentile_ns(double percent) const;
    [[nodiscard]] SteadyState steady_state() const;
    /// Of `counters`; nullopt where no component reports it.
    [[nodiscard]] std::optional<std::int64_t> counter(std::string_view name) const;
    /// Nanoseconds of one hash permutation as the backend measured it: fact or counter
    /// "hash_permutation_ns".
    [[nodiscard]] std::optional<double> hash_permutation_ns() const;
    /// permutations x cost, in ns: the least time in which this run's hashing could be done on one
    /// core.
    [[nodiscard]] std::optional<double> hash_floor_ns() const;
    /// nullopt where hash_floor_ns() is.
    [[nodiscard]] std::optional<HashFloorRatios> over_floor() const;
    /// 0, or 1 where the run is void.
    [[nodiscard]] int exit_code() const noexcept {
        return ledger.verdict == LedgerVerdict::valid ? 0 : 1;
    }
};

/// Both figures of SteadyState must lie within +-5 % (a proposal, to be set anew from A/A runs).
inline constexpr double kSteadyLimitPercent = 5.0;
inline constexpr std::size_t kSteadyMinimumBlocks = 8;

}  // namespace commitbench
