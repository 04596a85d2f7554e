// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/trace_info.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace commitbench {
namespace {

/// A written location and the ascending indices of the transactions that wrote it.
struct Writers {
    WrittenLocation location;
    std::vector<bal::TxIndex> txs;
};

template<class Writes>
void add_writers(std::vector<Writers>& all,
                 LocationKind kind,
                 const bal::Account& account,
                 const bal::Word& slot,
                 const Writes& writes) {
    if (writes.empty()) {
        return;
    }
    Writers& added = all.emplace_back();
    added.location = {kind, account.address, slot, static_cast<std::uint32_t>(writes.size())};
    for (const auto& write : writes) {
        added.txs.push_back(write.tx);
    }
}

std::vector<Writers> written_locations(const bal::AccessList& list) {
    std::vector<Writers> all;
    for (const bal::Account& account : list.accounts) {
        for (const bal::SlotWrites& slot : account.slots) {
            add_writers(all, LocationKind::slot, account, slot.slot, slot.writes);
        }
        add_writers(all, LocationKind::balance, account, {}, account.balances);
        add_writers(all, LocationKind::nonce, account, {}, account.nonces);
        add_writers(all, LocationKind::code, account, {}, account.codes);
    }
    return all;
}

struct CriticalPath {
    std::uint32_t length = 0;
    std::uint32_t txs_with_predecessor = 0;
};

/// `counts(location)` says whether a location takes part.
template<class Counts>
CriticalPath critical_path(const std::vector<Writers>& locations,
                           std::uint32_t txs,
                           Counts counts) {
    // predecessors[t]: who wrote one of t's locations last before t. All of them are lower than t.
    std::vector<std::vector<bal::TxIndex>> predecessors(txs);
    for (const Writers& writers : locations) {
        if (counts(writers.location)) {
            for (std::size_t i = 1; i < writers.txs.size(); ++i) {
                predecessors[writers.txs[i]].push_back(writers.txs[i - 1]);
            }
        }
    }
    CriticalPath path;
    std::vector<std::uint32_t> depth(txs, 1);
    for (std::uint32_t t = 0; t < txs; ++t) {
        for (const bal::TxIndex before : predecessors[t]) {
            depth[t] = std::max(depth[t], depth[before] + 1);
        }
        path.length = std::max(path.length, depth[t]);
        path.txs_with_predecessor += predecessors[t].empty() ? 0U : 1U;
    }
    return path;
}

constexpr std::array kColumns{
    StatisticsColumn{"file", "name of the file"},
    StatisticsColumn{"block", "block number, from the file's name"},
    StatisticsColumn{"reads", "1 where the file lists slots that were only read"},
    StatisticsColumn{"bytes", "length of the file"},
    StatisticsColumn{"txs", "transactions: highest index + 1"},
    StatisticsColumn{"accounts", "accounts named"},
    StatisticsColumn{"touched_only_accounts", "of those, neither read from nor written to"},
    StatisticsColumn{"written_locations", "distinct balances, nonces, codes and slots written"},
    StatisticsColumn{"written_slots", "distinct slots written"},
    StatisticsColumn{"slot_writes", "writes to slots"},
    StatisticsColumn{"zero_slot_writes", "of those, deletions"},
    StatisticsColumn{"balance_writes", "writes to balances"},
    StatisticsColumn{"nonce_writes", "writes to nonces"},
    StatisticsColumn{"code_writes", "writes of code"},
    StatisticsColumn{"pure_read_slots", "slots that were read and not written"},
    StatisticsColumn{"hottest_kind", "kind of the location that the most transactions write"},
    StatisticsColumn{"hottest_txs", "how many write it"},
    StatisticsColumn{"hottest_share", "as a share of txs"},
    StatisticsColumn{"hot_locations", "locations that more than half of the transactions write"},
    StatisticsColumn{"critical_path",
                     "longest chain of transactions, each writing a location that the one before "
                     "it in the chain "
                     "wrote last"},
    StatisticsColumn{"critical_path_no_hot", "the same without the hot locations"},
    StatisticsColumn{"txs_with_pred_no_hot", "transactions that then have a predecessor"},
    StatisticsColumn{"txs_without_nonce", "transactions that no nonce entry names"},
};

}  // namespace

BlockStatistics block_statistics(const bal::AccessList& list) {
    BlockStatistics result;
    result.txs = list.transactions();
    result.accounts = list.accounts.size();
    std::vector<bool> has_nonce(result.txs);
    for (const bal::Account& account : list.accounts) {
        result.touched_only_accounts += account.touched_only() ? 1U : 0U;
        result.written_slots += account.slots.size();
        for (const bal::SlotWrites& slot : account.slots) {
            result.slot_writes += slot.writes.size();
            for (const bal::SlotWrite& write : slot.writes) {
                result.zero_slot_writes += bal::is_zero(write.value) ? 1U : 0U;
            }
        }
        result.balance_writes += account.balances.size();
        result.nonce_writes += account.nonces.size();
        result.code_writes += account.codes.size();
        result.pure_read_slots += account.reads.size();
        for (const bal::NonceWrite& write : account.nonces) {
            has_nonce[write.tx] = true;
        }
    }
    result.txs_without_nonce = static_cast<std::uint32_t>(std::ranges::count(has_nonce, false));

    const std::vector<Writers> locations = written_locations(list);
    result.written_locations = locations.size();
    const auto hot = [&result](const WrittenLocation& location) {
        return 2 * std::uint64_t{location.txs} > result.txs;
    };
    std::vector<bool> writes(result.txs);
    for (const Writers& writers : locations) {
        const WrittenLocation& location = writers.location;
        if (location.txs > result.hottest.txs ||
            (location.txs == result.hottest.txs && location.address > result.hottest.address)) {
            result.hottest = location;
        }
        if (hot(location)) {
            result.hot.push_back(location);
        }
        for (const bal::TxIndex tx : writers.txs) {
            writes[tx] = true;
        }
    }
    result.idle_txs = static_cast<std::uint32_t>(std::ranges::count(writes, false));
    result.critical_path =
        critical_path(locations, result.txs, [](const WrittenLocation&) { return true; }).length;
    const CriticalPath cool = critical_path(
        locations, result.txs, [&hot](const WrittenLocation& location) { return !hot(location); });
    result.critical_path_no_hot = cool.length;
    result.txs_with_pred_no_hot = cool.txs_with_predecessor;
    return result;
}

Result<BlockStatistics> block_statistics(const bal::BlockFile& file) {
    const auto bytes = bal::read_file(file.path);
    if (!bytes) {
        return bytes.error();
    }
    const auto list = bal::decode(*bytes, file.path.string());
    if (!list) {
        return list.error();
    }
    BlockStatistics result = block_statistics(*list);
    result.file = file.path.filename().string();
    result.block = file.number;
    result.reads = result.file.find("without_reads") == std::string::npos;
    result.bytes = bytes->size();
    return result;
}

std::span<const StatisticsColumn> statistics_columns() noexcept {
    return kColumns;
}

std::vector<std::string> statistics_row(const BlockStatistics& s) {
    const auto text = [](auto number) { return fmt::format("{}", number); };
    return {s.file,
            text(s.block),
            s.reads ? "1" : "0",
            text(s.bytes),
            text(s.txs),
            text(s.accounts),
            text(s.touched_only_accounts),
            text(s.written_locations),
            text(s.written_slots),
            text(s.slot_writes),
            text(s.zero_slot_writes),
            text(s.balance_writes),
            text(s.nonce_writes),
            text(s.code_writes),
            text(s.pure_read_slots),
            s.txs == 0 ? "none" : std::string(name_of(s.hottest.kind)),
            text(s.hottest.txs),
            fmt::format("{:.4f}", s.hottest_share()),
            text(s.hot.size()),
            text(s.critical_path),
            text(s.critical_path_no_hot),
            text(s.txs_with_pred_no_hot),
            text(s.txs_without_nonce)};
}

}  // namespace commitbench
