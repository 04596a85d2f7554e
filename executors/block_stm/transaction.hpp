// SPDX-License-Identifier: Apache-2.0
// Transaction: what is known of one transaction of the block, over all its executions.
#pragma once

#include "executors/block_stm/version.hpp"
#include "harness/core/block.hpp"

namespace commitbench::block_stm {

/// Where a transaction is in its life.
///
///   ready -> executing -> executed -> checking -> committed
///     ^          |                        |
///     |          v                        v
///     +---- suspended                  aborting -> executing (or ready)
///
/// `suspended` and `aborting` are two states although both end in another execution: the first is
/// ended by the transaction that was waited for, the second by whoever aborts, and neither may end
/// the other's.
enum class Phase : std::uint32_t {
    ready,
    executing,
    executed,
    suspended,
    checking,
    aborting,
    committed,
};

/// A read by a transaction that did not begin on the committed prefix.
struct ReadRecord {
    Entry* entry;
    const Value* seen;
    bool summed;  ///< made up from deltas: has no version of its own
};

/// Immutable; the records follow it in memory.
struct alignas(8) ReadSet {
    std::uint32_t count = 0;

    [[nodiscard]] std::span<const ReadRecord> records() const noexcept {
        return {reinterpret_cast<const ReadRecord*>(this + 1), count};
    }
};

/// A cache line of its own. Who moved its state to executing (or aborting) owns all that is not
/// atomic until he moves it on.
struct alignas(64) Transaction {
    std::atomic<Phase> phase{Phase::ready};
    std::atomic<std::uint32_t> blocker{0};  ///< where suspended: the transaction waited for
    Version* versions = nullptr;            ///< all it ever made, linked by `sibling`
    /// Of the last execution that ended; null: empty. A validation may go on with one that has been
    /// replaced.
    std::atomic<const ReadSet*> read_set{nullptr};
    Receipt receipt;  ///< of the last execution, as the next two
    std::uint32_t reads = 0;
    std::uint32_t writes = 0;
    bool wrote_new_key = false;  ///< the last execution wrote where none before it had
    bool has_deltas = false;

    void reset() {
        phase.store(Phase::ready, std::memory_order_relaxed);
        blocker.store(0, std::memory_order_relaxed);
        versions = nullptr;
        read_set.store(nullptr, std::memory_order_relaxed);
        receipt = {};
        reads = writes = 0;
        wrote_new_key = has_deltas = false;
    }
};
static_assert(sizeof(Transaction) == 64);

}  // namespace commitbench::block_stm
