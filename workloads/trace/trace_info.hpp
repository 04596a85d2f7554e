// SPDX-License-Identifier: Apache-2.0
// What is in a block access list, as numbers: `commitbench trace info`.
#pragma once

#include "workloads/trace/bal_files.hpp"
#include "workloads/trace/location.hpp"

#include <span>
#include <string>

namespace commitbench {

/// A location that several transactions wrote.
struct WrittenLocation {
    LocationKind kind = LocationKind::balance;
    bal::Address address{};
    bal::Word slot{};       ///< where kind is slot
    std::uint32_t txs = 0;  ///< transactions that wrote it
};

/// Statistics of one file. A *location* is one balance, nonce, code or slot. The critical paths
/// know writes alone: with reads dealt to transactions they can only get longer.
struct BlockStatistics {
    std::string file;         ///< its name without the folder
    std::uint64_t block = 0;  ///< the number that the name begins with, else 0
    bool reads = true;        ///< false where the name says without_reads
    std::uint64_t bytes = 0;
    std::uint32_t txs = 0;  ///< highest index + 1
    std::uint64_t accounts = 0;
    std::uint64_t touched_only_accounts = 0;  ///< with five empty lists
    std::uint64_t written_locations = 0;      ///< distinct
    std::uint64_t written_slots = 0;          ///< distinct
    std::uint64_t slot_writes = 0;
    std::uint64_t zero_slot_writes = 0;  ///< deletions
    std::uint64_t balance_writes = 0;
    std::uint64_t nonce_writes = 0;
    std::uint64_t code_writes = 0;
    std::uint64_t pure_read_slots = 0;
    WrittenLocation hottest;  ///< written by the most transactions; of equals the highest address
    std::vector<WrittenLocation>
        hot;  ///< written by more than half of the transactions, in the file's order
    std::uint32_t critical_path =
        0;  ///< longest chain of transactions, each writing a location that the one before it in
            ///< the chain wrote last; a transaction counts 1
    std::uint32_t critical_path_no_hot = 0;  ///< the same without the hot locations
    std::uint32_t txs_with_pred_no_hot = 0;  ///< transactions that then have a predecessor
    std::uint32_t txs_without_nonce = 0;     ///< that no nonce entry names
    std::uint32_t idle_txs = 0;              ///< that write nothing

    /// Share of the transactions that write the hottest location; 0 without transactions.
    [[nodiscard]] double hottest_share() const noexcept {
        return txs == 0 ? 0 : static_cast<double>(hottest.txs) / txs;
    }
};

/// Pure. O(entries + transactions).
[[nodiscard]] BlockStatistics block_statistics(const bal::AccessList& list);

/// Reads and decodes the file; its errors are theirs.
[[nodiscard]] Result<BlockStatistics> block_statistics(const bal::BlockFile& file);

/// A column of the table that `trace info` prints; name and meaning are the output's own help.
struct StatisticsColumn {
    std::string_view name;
    std::string_view meaning;
};
[[nodiscard]] std::span<const StatisticsColumn> statistics_columns() noexcept;
/// One text a column.
[[nodiscard]] std::vector<std::string> statistics_row(const BlockStatistics& statistics);

}  // namespace commitbench
