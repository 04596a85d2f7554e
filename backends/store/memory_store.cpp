// SPDX-License-Identifier: Apache-2.0
#include "backends/store/memory_store.hpp"

#include "backends/store/io_error.hpp"
#include "backends/store/memory_table.hpp"
#include "backends/store/read_counters.hpp"
#include "backends/store/recorded_batch.hpp"
#include "backends/store/slab.hpp"
#include "harness/core/options.hpp"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <new>

namespace commitbench {
namespace {

using memory::HashProbe;
using memory::kGroup;
using memory::MemoryTable;
using memory::Probe;
using memory::Record;
using memory::Slot;

class MemoryScan final : public Scan {
  public:
    MemoryScan(const MemoryTable& table, ByteView from, int& open_scans) : open_scans_(open_scans) {
        ++open_scans_;
        for (const Slot& slot : table.index) {
            if (!less(slot.record->key(), from)) {
                records_.push_back(slot.record);
            }
        }
        std::ranges::sort(
            records_, [](const Record* a, const Record* b) { return less(a->key(), b->key()); });
    }
    MemoryScan(const MemoryScan&) = delete;
    MemoryScan& operator=(const MemoryScan&) = delete;
    ~MemoryScan() override { --open_scans_; }

    Result<bool> next(ByteView& key, ByteView& value) override {
        if (at_ == records_.size()) {
            return false;
        }
        key = records_[at_]->key();
        value = records_[at_]->value();
        ++at_;
        return true;
    }

  private:
    int& open_scans_;
    std::vector<const Record*> records_;
    std::size_t at_ = 0;
};

constexpr std::size_t kLineBytes = 64;
/// The largest trie node takes ten lines; of a longer value the hardware's own prefetcher brings
/// the rest.
constexpr std::size_t kMostLines = 10;

/// Values of a batch to ask for before their turn.
constexpr std::size_t kValuesAhead = 3;

/// Asks for the lines of `bytes` from line `first` on.
void prefetch(ByteView bytes, std::size_t first) {
    const std::size_t last = std::min(bytes.size() / kLineBytes, kMostLines);
    for (std::size_t line = first; line <= last; ++line) {
        __builtin_prefetch(bytes.data() + line * kLineBytes);
    }
}

class MemoryReader final : public StoreReader {
  public:
    MemoryReader(const std::vector<MemoryTable>& tables, ReadCounterBoard& board)
        : tables_(tables), counters_(board) {}

    Result<std::optional<ByteView>> get(Table table, ByteView key) override {
        const Record* const record = tables_[static_cast<std::size_t>(table)].find(key);
        counters_->add(ReadCount::gets, 1);
        if (record == nullptr) {
            return std::optional<ByteView>{};
        }
        counters_->add(ReadCount::get_bytes, record->value_size);
        return std::optional<ByteView>{record->value()};
    }

    Status multi_get(Table table,
                     std::span<const ByteView> keys,
                     std::span<std::optional<ByteView>> values) override {
        const MemoryTable& source = tables_[static_cast<std::size_t>(table)];
        std::array<Record*, kGroup> records{};
        std::uint64_t bytes = 0;
        for (std::size_t begin = 0; begin < keys.size(); begin += kGroup) {
            const std::size_t count = std::min(kGroup, keys.size() - begin);
            source.find_group(keys.subspan(begin, count), std::span(records).first(count));
            for (std::size_t i = 0; i < count; ++i) {
                if (records[i] == nullptr) {
                    values[begin + i].reset();
                    continue;
                }
                // find_group asked for the first two lines. The caller will read all of them.
                prefetch({reinterpret_cast<const std::uint8_t*>(records[i]), records[i]->size()},
                         2);
                values[begin + i] = records[i]->value();
                bytes += records[i]->value_size;
            }
        }
        counters_->add(ReadCount::gets, keys.size());
        counters_->add(ReadCount::get_bytes, bytes);
        return {};
    }

  private:
    const std::vector<MemoryTable>& tables_;
    ReadCounterBoard::Entry counters_;
};

class MemoryStore final : public Store {
  public:
    MemoryStore(std::uint64_t memory_budget, std::span<const TableSpec> specs)
        : memory_budget_(memory_budget) {
        tables_.reserve(specs.size());
        for (const TableSpec& spec : specs) {
            tables_.emplace_back(spec.uniform_keys);
        }
    }

    Result<std::unique_ptr<StoreReader>> open_reader() override {
        return std::unique_ptr<StoreReader>(std::make_unique<MemoryReader>(tables_, board_));
    }
    Result<std::unique_ptr<Scan>> scan(Table table, ByteView from) override {
        return std::unique_ptr<Scan>(std::make_unique<MemoryScan>(
            tables_[static_cast<std::size_t>(table)], from, open_scans_));
    }
    std::unique_ptr<Batch> new_batch() override { return std::make_unique<RecordedBatch>(); }
    Status commit(Batch& batch, CommitMode mode) override;
    /// Nothing to make safe. The end of a load, though: what the next blocks add is fetched from
    /// the system now, or their times would be the kernel's for clearing pages (20 ms of a
    /// 10,000-key commit of `mpt` that takes 29, measured) and an index's for growing (200 ms).
    Status sync() override;
    void counters(CounterVisitor& visitor) const override;
    void facts(FactVisitor& visitor) const override;

  private:
    /// Visits the batch's entries in order, each with the record that its key has now (or null).
    template<class Visit>
    void for_each_found(std::span<const RecordedBatch::Entry> entries, Visit visit);
    Status make_room(std::span<const RecordedBatch::Entry> entries);
    void apply(const RecordedBatch::Entry& entry);
    void apply_in_place(std::span<const RecordedBatch::Entry> entries);
    [[nodiscard]] Record* new_record(const RecordedBatch::Entry& entry);

    std::uint64_t memory_budget_;
    std::vector<MemoryTable> tables_;
    Slab slab_;
    std::vector<Record*> found_;  // of the batch being committed: each entry's record before it
    bool records_stay_ = false;   // of that batch: no entry frees a record
    ReadCounterBoard board_;
    int open_scans_ = 0;
    std::uint64_t put_bytes_ = 0;
};

template<class Visit>
void MemoryStore::for_each_found(std::span<const RecordedBatch::Entry> entries, Visit visit) {
    std::array<ByteView, kGroup> keys;
    std::array<Record*, kGroup> records{};
    for (std::size_t begin = 0; begin < entries.size();) {
        const MemoryTable& table = tables_[static_cast<std::size_t>(entries[begin].table)];
        std::size_t count = 0;
        while (count < kGroup && begin + count < entries.size() &&
               entries[begin + count].table == entries[begin].table) {
            keys[count] = entries[begin + count].key();
            ++count;
        }
        table.find_group(std::span(keys).first(count), std::span(records).first(count));
        for (std::size_t i = 0; i < count; ++i) {
            visit(entries[begin + i], records[i]);
        }
        begin += count;
    }
}

/// Everything that can fail, before anything changes. A key that is new and comes twice is counted
/// twice: room for one too many at most.
Status MemoryStore::make_room(std::span<const RecordedBatch::Entry> entries) {
    Slab::Demand demand;
    std::vector<std::uint64_t> new_keys(tables_.size());
    found_.clear();
    found_.reserve(entries.size());
    records_stay_ = true;
    for_each_found(entries, [&](const RecordedBatch::Entry& entry, Record* record) {
        found_.push_back(record);
        if (entry.erased) {
            records_stay_ = false;
            return;
        }
        const std::size_t size = Record::size_of(entry.key_size, entry.value_size);
        if (record == nullptr) {
            ++new_keys[static_cast<std::size_t>(entry.table)];
            demand.add(size);
        } else if (Slab::class_of(record->size()) != Slab::class_of(size)) {
            demand.add(size);
            records_stay_ = false;
        }
    });
    const std::uint64_t slab_bytes = slab_.bytes_with(demand);
    std::uint64_t index_bytes = 0;
    std::uint64_t index_growth = 0;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const std::uint64_t grown = tables_[i].bytes_while_growing(new_keys[i]);
        index_growth += grown - tables_[i].bytes();
        index_bytes += grown;
    }
    const std::uint64_t needed = slab_bytes + index_bytes;
    const bool grows = slab_bytes > slab_.bytes_held() || index_growth > 0;
    if (grows && needed > resident_limit(memory_budget_)) {
        return state_does_not_fit(needed, memory_budget_);
    }
    try {
        slab_.provide(demand);
        for (std::size_t i = 0; i < tables_.size(); ++i) {
            tables_[i].index.reserve(tables_[i].index.size() + new_keys[i]);
        }
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::does_not_fit,
                     fmt::format("the system gives no memory for a state of {} MiB: lift the limit "
                                 "on memory or take a "
                                 "store on disk",
                                 needed >> 20)};
    }
    return {};
}

/// INVARIANT: make_room() provided block and slot, so nothing here allocates, and nothing can fail.
void MemoryStore::apply(const RecordedBatch::Entry& entry) {
    MemoryTable& table = tables_[static_cast<std::size_t>(entry.table)];
    // Looked up again, though for_each_found just did: an earlier entry of the batch may have had
    // the same key. The lines are in the cache by now.
    const Probe probe{table.hash(entry.key()), entry.key()};
    const auto slot = table.index.find(probe);
    const bool present = slot != table.index.end();
    if (entry.erased) {
        if (present) {
            Record* const record = slot->record;
            table.index.erase(slot);
            slab_.free(reinterpret_cast<std::uint8_t*>(record), record->size());
        }
        return;
    }
    const std::size_t size = Record::size_of(entry.key_size, entry.value_size);
    if (present && Slab::class_of(slot->record->size()) == Slab::class_of(size)) {
        slot->record->value_size = entry.value_size;
        if (entry.value_size != 0) {
            std::memcpy(slot->record->bytes() + entry.key_size, entry.value().data(),
                        entry.value_size);
        }
        return;
    }
    Record* const record = new_record(entry);
    if (present) {
        Record* const old = std::exchange(slot->record, record);
        slab_.free(reinterpret_cast<std::uint8_t*>(old), old->size());
    } else {
        table.index.insert(Slot{probe.hash, record});
    }
}

Record* MemoryStore::new_record(const RecordedBatch::Entry& entry) {
    std::uint8_t* const block = slab_.allocate(Record::size_of(entry.key_size, entry.value_size));
    auto* const record = new (block) Record{entry.value_size, entry.key_size};
    std::memcpy(record->bytes(), entry.key_bytes, entry.key_size);
    if (entry.value_size != 0) {
        std::memcpy(record->bytes() + entry.key_size, entry.value_bytes, entry.value_size);
    }
    return record;
}

/// The common batch: hash-keyed nodes, nearly all new, and values of the size that they had. What
/// make_room() found is where it was, so known keys need no second look-up and new ones need one.
/// INVARIANT: records_stay_; and as for apply().
void MemoryStore::apply_in_place(std::span<const RecordedBatch::Entry> entries) {
    std::array<std::uint64_t, kGroup> hashes{};
    for (std::size_t begin = 0; begin < entries.size(); begin += kGroup) {
        const std::size_t end = std::min(begin + kGroup, entries.size());
        for (std::size_t i = begin; i < end; ++i) {
            if (found_[i] != nullptr) {
                __builtin_prefetch(found_[i], 1);
                continue;
            }
            const MemoryTable& table = tables_[static_cast<std::size_t>(entries[i].table)];
            hashes[i - begin] = table.hash(entries[i].key());
            table.index.prefetch(HashProbe{hashes[i - begin]});
        }
        for (std::size_t i = begin; i < end; ++i) {
            const RecordedBatch::Entry& entry = entries[i];
            if (i + kValuesAhead < entries.size()) {
                // Written a whole merkleize ago: no longer in the caches next to the core.
                prefetch(entries[i + kValuesAhead].value(), 0);
            }
            Record* record = found_[i];
            if (record == nullptr) {
                // Absent before the batch, perhaps not before this entry: a key may come twice.
                const Probe probe{hashes[i - begin], entry.key()};
                bool is_new = false;
                const auto slot = tables_[static_cast<std::size_t>(entry.table)].index.lazy_emplace(
                    probe, [&](const auto& construct) {
                        is_new = true;
                        construct(Slot{probe.hash, new_record(entry)});
                    });
                if (is_new) {
                    continue;
                }
                record = slot->record;
                if (Slab::class_of(record->size()) !=
                    Slab::class_of(Record::size_of(entry.key_size, entry.value_size))) {
                    slot->record = new_record(entry);
                    slab_.free(reinterpret_cast<std::uint8_t*>(record), record->size());
                    continue;
                }
            }
            record->value_size = entry.value_size;
            if (entry.value_size != 0) {
                std::memcpy(record->bytes() + entry.key_size, entry.value().data(),
                            entry.value_size);
            }
        }
    }
}

Status MemoryStore::commit(Batch& batch, CommitMode /*mode*/) {
    // INVARIANT: every batch of this store was made by new_batch().
    auto& recorded = static_cast<RecordedBatch&>(batch);
    const ClearAtEnd clear(recorded);
    COMMITBENCH_TRY(recorded.check());
    if (open_scans_ != 0) {
        return commit_during_scan();
    }
    COMMITBENCH_TRY(make_room(recorded.entries()));
    if (records_stay_) {
        apply_in_place(recorded.entries());
    } else {
        for_each_found(recorded.entries(),
                       [this](const RecordedBatch::Entry& entry, const Record*) { apply(entry); });
    }
    slab_.drop_spare_large();
    put_bytes_ += recorded.bytes();
    return {};
}

Status MemoryStore::sync() {
    const std::uint64_t held = slab_.bytes_held();
    const std::uint64_t limit = resident_limit(memory_budget_);
    std::uint64_t all = held;
    for (const MemoryTable& table : tables_) {
        all += table.bytes();
    }
    std::uint64_t spare = limit > all ? (limit - all) / 2 : 0;
    try {
        for (MemoryTable& table : tables_) {
            const std::uint64_t growth =
                table.bytes_while_growing(table.index.size()) - table.bytes();
            if (growth <= spare) {
                table.index.reserve(2 * table.index.size());
                spare -= growth;
            }
        }
    } catch (const std::bad_alloc&) {
        return {};  // it was only for speed
    }
    slab_.fetch_ahead(std::min(held, spare));
    return {};
}

void MemoryStore::counters(CounterVisitor& visitor) const {
    std::uint64_t bytes = slab_.bytes_held();
    for (const MemoryTable& table : tables_) {
        bytes += table.bytes();
    }
    visitor.counter("store_gets", board_.sum(ReadCount::gets));
    visitor.counter("store_get_bytes", board_.sum(ReadCount::get_bytes));
    visitor.counter("store_put_bytes", put_bytes_);
    visitor.counter("store_syncs", 0);
    visitor.gauge("store_bytes", bytes);
}

void MemoryStore::facts(FactVisitor& visitor) const {
    visitor.fact("store", "memory", "hash table and entries in this process");
    visitor.fact("store_resident_limit", format_size(resident_limit(memory_budget_)),
                 "the whole state is resident: more is refused, never swapped or dropped");
    visitor.fact("store_hash", "key bytes where keys are uniform, else absl::Hash",
                 "hashing a hash again would cost and give nothing");
    visitor.fact("store_pages", "2 MiB where the kernel gives them",
                 "reads at random places would miss the TLB each time");
    visitor.fact("store_ahead", "as much again as the state, or half of what the budget leaves",
                 "fetched at the end of a load: the first blocks would wait for cleared pages");
    visitor.fact("store_sync", "none",
                 "nothing here survives the process, whatever the durability");
}

}  // namespace

Result<std::unique_ptr<Store>> make_memory_store(const StoreSettings& settings,
                                                 std::span<const TableSpec> tables) {
    return std::unique_ptr<Store>(std::make_unique<MemoryStore>(settings.memory_budget, tables));
}

}  // namespace commitbench
