// SPDX-License-Identifier: Apache-2.0
// Ledger: what every block of a workload must come to, kept as JSON beside the results.
//
//   {"format": "commitbench ledger", "version": 1, "workload": "transfer:…", "seed": 1,
//   "content_digest": "",
//    "reference": "sequential", "blocks": [{"transactions": 100, "diff": "<32 hex>", "receipts":
//    "<16 hex>"}, …], "roots": {"mpt-keccak256": ["<64 hex>" of the first state, of block 1, …]},
//    "checksum": "<32 hex>"}
//
// The checksum is XXH3-128 of the file's text without it: it finds a damaged or hand-edited file,
// not a forger.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/result.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace commitbench {

/// What the blocks and the first state follow from.
struct LedgerIdentity {
    std::string workload;  ///< canonical spec
    std::uint64_t seed = 0;
    std::string content_digest;
    std::string reference;  ///< spec of the executor whose word counts

    bool operator==(const LedgerIdentity&) const = default;
    /// "<workload's name>-<16 hex digits of all four>.json"
    [[nodiscard]] std::string file_name() const;
};

struct LedgerBlock {
    std::uint32_t transactions = 0;
    std::string diff;      ///< StateDiff::digest()
    std::string receipts;  ///< BlockResult::receipts_digest()

    bool operator==(const LedgerBlock&) const = default;
};

[[nodiscard]] LedgerBlock make_ledger_block(const BlockResult& result);

struct Ledger {
    LedgerIdentity identity;
    std::vector<LedgerBlock> blocks;  ///< block 1 first
    /// By commitment scheme; the first is the first state's. May be shorter than blocks + 1.
    std::map<std::string, std::vector<Root>, std::less<>> roots;

    /// True where `count` blocks, and their roots if `scheme` is not empty, are known.
    [[nodiscard]] bool covers(std::uint64_t count, std::string_view scheme) const;
};

[[nodiscard]] std::string ledger_text(const Ledger& ledger);
/// Fails with corrupt: no ledger, damaged, of another version. `file` is for the message.
[[nodiscard]] Result<Ledger> parse_ledger(std::string_view text, const std::filesystem::path& file);

/// nullopt where there is no such file. Also corrupt where it is of another workload.
[[nodiscard]] Result<std::optional<Ledger>> read_ledger(const std::filesystem::path& file,
                                                        const LedgerIdentity& identity);
/// Through a new file and a rename: a reader sees the old ledger or the new one, whole. Makes the
/// folder.
Status write_ledger(const std::filesystem::path& file, const Ledger& ledger);

/// Takes what `fresh` knows beyond `known`. Fails with corrupt where both know a block or root and
/// differ: the workload or the reference was changed since the file was made.
[[nodiscard]] Result<Ledger> merge_ledgers(Ledger known,
                                           const Ledger& fresh,
                                           const std::filesystem::path& file);

}  // namespace commitbench
