// SPDX-License-Identifier: Apache-2.0
// Block: transactions in order, and what each of them does to the state it is shown.
#pragma once

#include "harness/core/access_sets.hpp"
#include "harness/core/state_diff.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace commitbench {

enum class ReadState : std::uint8_t {
    absent,
    present,
    stop,  ///< the executor cannot answer now (or ever): return a stopped receipt at once
};

struct StateRead {
    ReadState state;
    ByteView value;  ///< valid until the next call on the same StateAccess
};

/// The state as one transaction sees it: the state before the block, under the writes of the
/// transactions before it, under its own. Made by the executor. Used by one thread at a time.
class StateAccess {
  public:
    virtual ~StateAccess() = default;
    [[nodiscard]] virtual StateRead read(const StateKey& key) = 0;
    /// Bytes are copied. An empty value is present, and distinct from absent; the built-in
    /// workloads never write one, because the Ethereum trie takes it for a deletion.
    virtual void write(const StateKey& key, ByteView value) = 0;
    virtual void erase(const StateKey& key) = 0;
    /// Adds `amount`, modulo 2^64, to the counter at `key`: a value of 8 bytes, big-endian. Absent
    /// (or of any other length) counts as 0. Says nothing of the sum, so that an executor may let
    /// additions of different transactions commute. Gives stop where read() would, else present.
    /// This one reads and writes.
    [[nodiscard]] virtual ReadState add(const StateKey& key, std::uint64_t amount);
    /// The transaction is about to do so many units of work beside its accesses, in the unit of its
    /// workload. False: it has done all it may (work_limit.hpp); return a stopped receipt at once.
    /// A loop that may not end asks in every turn, or reads.
    [[nodiscard]] virtual bool spend(std::uint64_t /*units*/) { return true; }
};

/// Length of a counter's value in bytes.
inline constexpr std::size_t kCounterBytes = 8;
using CounterValue = std::array<std::uint8_t, kCounterBytes>;
/// What StateAccess::add makes of a value, and of a number.
[[nodiscard]] std::uint64_t counter_of(const StateRead& read) noexcept;
[[nodiscard]] CounterValue counter_value(std::uint64_t count) noexcept;

enum class TxStatus : std::uint8_t {
    ok,
    failed,   ///< ran to its end, was refused by its own rules (say, insufficient funds), or by a
              ///< limit of work or accesses, and then wrote nothing
    stopped,  ///< a read said stop; its writes do not count
};

/// What a transaction returns besides its writes. The same for every correct executor.
struct Receipt {
    TxStatus status = TxStatus::stopped;
    std::uint64_t digest = 0;  ///< depends on every value that the transaction read

    bool operator==(const Receipt&) const = default;
};

struct BlockResult;

/// Immutable once made; execute() may be called from many threads.
class Block {
  public:
    virtual ~Block() = default;
    /// Position in the run: the first block is 1, the first state is 0.
    [[nodiscard]] virtual std::uint64_t number() const = 0;
    /// Transactions in the block; may be 0.
    [[nodiscard]] virtual std::uint32_t size() const = 0;
    /// Runs transaction `index` (INVARIANT: < size()) against `state`. Deterministic: the same
    /// reads give the same writes and Receipt. Throws nothing.
    [[nodiscard]] virtual Receipt execute(std::uint32_t index, StateAccess& state) const = 0;
    /// The block's result where it was recorded before the run (for the `replay` executor), else
    /// null.
    [[nodiscard]] virtual const BlockResult* recorded() const { return nullptr; }
    /// What each transaction touches when the block is executed in order, where that was recorded
    /// before the run, else null. StateAccess::add counts as a write.
    [[nodiscard]] virtual const AccessSets* access_sets() const { return nullptr; }
};

/// What an executor makes of a block.
struct BlockResult {
    StateDiff diff;
    std::vector<Receipt> receipts;  ///< one a transaction, in block order
    std::uint64_t reads = 0;        ///< reads by transactions
    std::uint64_t state_reads = 0;  ///< of those, answered by the state before the block
    std::uint64_t writes = 0;       ///< writes and erasures by transactions

    /// 64-bit XXH3 of all receipts (hex).
    [[nodiscard]] std::string receipts_digest() const;

    void clear() {
        diff.clear();
        receipts.clear();
        reads = state_reads = writes = 0;
    }
};

}  // namespace commitbench
