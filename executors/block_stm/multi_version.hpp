// SPDX-License-Identifier: Apache-2.0
// MultiVersion: every transaction's writes of the block, side by side, over the state before it.
#pragma once

#include "executors/block_stm/key_table.hpp"
#include "executors/block_stm/transaction.hpp"
#include "harness/core/backend.hpp"

#include <optional>

namespace commitbench::block_stm {

/// What a transaction finds below itself.
struct Below {
    const Value* value = nullptr;  ///< null: nobody below wrote the key (or it is blocked)
    std::uint64_t sum = 0;         ///< of the deltas over it
    std::uint32_t blocker = 0;     ///< meaningful where blocked
    bool summed = false;           ///< there were deltas
    bool blocked = false;          ///< an estimate of `blocker` is in the way
};

/// What happened during a block.
struct Tally {
    std::uint64_t reads = 0;  ///< of committed executions, as the next one
    std::uint64_t writes = 0;
    std::uint64_t state_reads = 0;  ///< of all executions
    std::uint64_t executions = 0;
    std::uint64_t validations = 0;
    std::uint64_t aborts = 0;       ///< executions thrown away because a read did not validate
    std::uint64_t suspensions = 0;  ///< executions thrown away because a read met an estimate
    std::uint64_t wait_ns = 0;      ///< without work, while there were transactions not begun
    std::uint64_t idle_ns = 0;      ///< without work, all transactions having been begun

    void add(const Tally& other) {
        reads += other.reads;
        writes += other.writes;
        state_reads += other.state_reads;
        executions += other.executions;
        validations += other.validations;
        aborts += other.aborts;
        suspensions += other.suspensions;
        wait_ns += other.wait_ns;
        idle_ns += other.idle_ns;
    }
};

/// One worker's share of the block: its memory, its way to the backend, the entries it made.
struct alignas(64) WorkerShare {
    explicit WorkerShare(bool from_heap) : memory(from_heap) {}

    BlockMemory memory;
    std::unique_ptr<StateReader> reader;
    std::vector<Entry*> entries;
    std::vector<Change> changes;  ///< of these entries, once the block is done
    std::optional<Error> error;   ///< of its reader, or of a transaction it ran
    Tally tally;

    void reset() {
        memory.reset();
        entries.clear();
        changes.clear();
        error.reset();
        tally = {};
    }
};

/// The number that a value stands for as a counter (StateAccess::add).
[[nodiscard]] inline std::uint64_t counter_of(const Value& value) noexcept {
    return value.kind == ValueKind::present
               ? commitbench::counter_of({ReadState::present, value.view()})
               : 0;
}

/// Multi-version memory over a KeyTable. Thread-safe but for reset(); each call names its worker,
/// whose step points it passes.
class MultiVersion {
  public:
    void reset(std::size_t expected_keys) { table_.reset(expected_keys); }

    template<class Worker>
    Entry& entry(Worker& worker, const StateKey& key, WorkerShare& share) {
        bool is_new = false;
        Entry& entry = table_.find_or_make(worker, key, share.memory, is_new);
        if (is_new) {
            share.entries.push_back(&entry);
        }
        return entry;
    }

    /// The highest version at or below `transaction`, or null. O(transactions running ahead).
    template<class Worker>
    [[nodiscard]] static Version* at_or_below(Worker& worker,
                                              const Entry& entry,
                                              std::uint32_t transaction) {
        worker.step();
        Version* version = entry.head.load(std::memory_order_acquire);
        while (version != nullptr && version->transaction > transaction) {
            worker.step();
            version = version->next.load(std::memory_order_acquire);
        }
        return version;
    }

    /// Puts `made`, whose transaction has no version there yet, in its place.
    template<class Worker>
    static void insert(Worker& worker, Entry& entry, Version& made) {
        std::atomic<Version*>* link = &entry.head;
        worker.step();
        Version* next = link->load(std::memory_order_acquire);
        while (true) {
            while (next != nullptr && next->transaction > made.transaction) {
                link = &next->next;
                worker.step();
                next = link->load(std::memory_order_acquire);
            }
            made.next.store(next, std::memory_order_relaxed);
            worker.step();
            if (link->compare_exchange_strong(next, &made, std::memory_order_acq_rel)) {
                return;
            }
        }
    }

    /// What the transactions below make of the key, from `version` downwards.
    template<class Worker>
    [[nodiscard]] static Below resolve(Worker& worker, const Version* version) {
        Below below;
        while (version != nullptr) {
            worker.step();
            const Payload payload(version->payload.load(std::memory_order_acquire));
            if (payload.mark() == Mark::estimate) {
                below.blocked = true;
                below.blocker = version->transaction;
                return below;
            }
            if (!payload.is_removed() && payload.mark() == Mark::published) {
                const Value* value = payload.value();
                if (value->kind != ValueKind::delta) {
                    below.value = value;
                    return below;
                }
                below.sum += value->amount();
                below.summed = true;
            }
            worker.step();
            version = version->next.load(std::memory_order_acquire);
        }
        return below;
    }

    /// The value before the block, asked of the backend by the first who needs it (two at the same
    /// time both ask, and agree on one). Null: the reader failed, see share.error.
    template<class Worker>
    [[nodiscard]] static const Value* base(Worker& worker, Entry& entry, WorkerShare& share) {
        worker.step();
        const Value* known = entry.base.load(std::memory_order_acquire);
        if (known != nullptr) {
            return known;
        }
        auto read = share.reader->get(entry.key);
        if (!read) {
            share.error = read.error();
            return nullptr;
        }
        ++share.tally.state_reads;
        const Value* mine = *read ? share.memory.make_value(ValueKind::present, **read)
                                  : share.memory.make_value(ValueKind::absent, {});
        worker.step();
        return entry.base.compare_exchange_strong(known, mine, std::memory_order_acq_rel) ? mine
                                                                                          : known;
    }

    /// The sum of a counter and the deltas over it, as a value.
    [[nodiscard]] static Value* sum(const Value& counter, std::uint64_t deltas, BlockMemory& into) {
        return into.make_value(ValueKind::present, counter_value(counter_of(counter) + deltas));
    }

    /// True where every read of the transaction would give the same again. By value: where the
    /// same bytes would come, whoever wrote them.
    template<class Worker>
    [[nodiscard]] static bool validate(Worker& worker,
                                       std::uint32_t index,
                                       const Transaction& transaction,
                                       bool by_value) {
        worker.step();
        const ReadSet* set = transaction.read_set.load(std::memory_order_acquire);
        if (set == nullptr) {
            return true;
        }
        for (const ReadRecord& record : set->records()) {
            const Version* version =
                index == 0 ? nullptr : at_or_below(worker, *record.entry, index - 1);
            const Below below = resolve(worker, version);
            if (below.blocked) {
                return false;
            }
            const Value* now = below.value;
            if (now == nullptr) {
                worker.step();
                now = record.entry->base.load(std::memory_order_acquire);
                if (now == nullptr) {
                    return false;  // read from a version that is gone; nobody asked for the base
                }
            }
            if (below.summed) {
                const CounterValue sum = counter_value(counter_of(*now) + below.sum);
                if (record.seen->kind != ValueKind::present || !equal(record.seen->view(), sum)) {
                    return false;
                }
            } else if (now != record.seen &&
                       !((by_value || record.summed) && same_value(*now, *record.seen))) {
                return false;
            }
        }
        return true;
    }

    /// Takes back what a transaction wrote. Where `as_estimates`, estimates stay of what others
    /// saw: what its last execution that ended wrote, and what was an estimate already. What the
    /// last one no longer wrote, and what was hidden from others, is gone.
    template<class Worker>
    static void retract(Worker& worker, Transaction& transaction, bool as_estimates) {
        for (Version* version = transaction.versions; version != nullptr;
             version = version->sibling) {
            const Payload payload(version->payload.load(std::memory_order_relaxed));
            const bool stays =
                as_estimates && !payload.is_removed() && payload.mark() != Mark::hidden;
            const Payload left = stays ? Payload(nullptr, Mark::estimate) : Payload();
            version->in_write_set = version->in_write_set && stays;
            if (left.word() != payload.word()) {
                worker.step();
                version->payload.store(left.word(), std::memory_order_release);
            }
        }
    }

    /// Shows what an execution wrote, and removes what only the ones before it had.
    template<class Worker>
    static void publish(Worker& worker, Transaction& transaction) {
        for (Version* version = transaction.versions; version != nullptr;
             version = version->sibling) {
            const Payload payload(version->payload.load(std::memory_order_relaxed));
            version->in_write_set = payload.value() != nullptr;
            const Payload shown =
                payload.value() == nullptr ? Payload() : Payload(payload.value(), Mark::published);
            if (shown.word() != payload.word()) {
                worker.step();
                version->payload.store(shown.word(), std::memory_order_release);
            }
        }
    }

  private:
    KeyTable table_;
};

}  // namespace commitbench::block_stm
