// SPDX-License-Identifier: Apache-2.0
// Made-up block access lists in the form of the real ones: `commitbench trace write`, and what our
// tests run on.
//
// Each transaction: the sender's nonce goes up by one; its balance changes; with
// `hot_fee_recipient` one account's balance too, in every transaction; now and then another
// account's balance, storage of a contract, or new code. As in the real files, no entry repeats the
// value known before it, nonces go up by exactly one from entry to entry, a slot of zeros is a
// deletion and only deletes what is there, and a block's pure reads are slots that it does not
// write.
#pragma once

#include "workloads/trace/bal_files.hpp"
#include "workloads/trace/chain.hpp"

namespace commitbench {

struct SyntheticTrace {
    std::uint64_t seed = 1;
    std::uint64_t first_block = 1;     ///< number of the first block
    std::uint32_t blocks = 3;          ///< 1..100,000
    std::uint32_t transactions = 100;  ///< a block; 1..65,536
    std::uint32_t accounts = 200;      ///< that send and receive; 2..10 million
    std::uint32_t contracts = 20;      ///< with storage; 1..1 million
    std::uint32_t slots = 200;         ///< a contract has; 1..10 million
    std::uint32_t slot_writes = 3;     ///< a transaction, on average; 0..1,000
    std::uint32_t pure_reads =
        300;  ///< a block, slots; at most this many distinct ones; 0..10 million
    std::uint32_t touched_only = 20;  ///< accounts a block touches and nothing else; 0..1 million
    double delete_share = 0.08;       ///< of slot writes that find a slot known to be set; 0..1
    double code_share = 0.02;         ///< of transactions that make a contract; 0..1
    bool hot_fee_recipient = true;
};

/// bad_input where a field is out of the range beside it. Same lists for the same settings,
/// everywhere. O(entries).
[[nodiscard]] Result<std::vector<NumberedList>> make_synthetic_trace(
    const SyntheticTrace& settings);

/// Writes each block as <number>_with_reads.rlp into `folder`, which is made where it is missing.
/// Nothing is overwritten: bad_input (and nothing written) where one of the files is there already.
/// The files' paths, in order.
[[nodiscard]] Result<std::vector<std::filesystem::path>> write_trace(
    std::span<const NumberedList> blocks,
    const std::filesystem::path& folder);

}  // namespace commitbench
