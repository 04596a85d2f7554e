// SPDX-License-Identifier: Apache-2.0
// SlotAccess: the state as the transactions of one worker see it.
#pragma once

#include "executors/declared/undeclared.hpp"
#include "executors/lock_schedule/slots.hpp"
#include "harness/core/arena.hpp"
#include "harness/core/backend.hpp"
#include "harness/runtime/pool_concept.hpp"

#include <optional>

namespace commitbench {

/// What a transaction declared. `keys` ascend; accesses[i].key is the slot of keys[i].
struct DeclaredRow {
    std::span<const StateKey> keys;
    std::span<const Access> accesses;
};

/// What a worker did in a block.
struct AccessCounts {
    std::uint64_t reads = 0;
    std::uint64_t state_reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t fetched_ahead = 0;  ///< of state_reads, before a transaction asked
};

/// Writes go straight into the slots, since nobody else may look before the transaction is done;
/// what they replace is kept until then, for a transaction that breaks out of its declared set. One
/// worker, one transaction at a time.
template<PoolWorker Worker>
class SlotAccess final : public StateAccess {
  public:
    /// For the next block. Borrows both.
    void begin_block(Slots& slots, StateReader& reader) {
        slots_ = &slots;
        reader_ = &reader;
        arena_.reset();
        counts = AccessCounts();
        error_.reset();
    }

    /// Runs transaction `index`. A receipt says stopped where the reader failed (see error()), or
    /// the workload is wrong.
    Receipt execute(Worker& worker,
                    const Block& block,
                    std::uint32_t index,
                    const DeclaredRow& row) {
        worker_ = &worker;
        row_ = row;
        next_ = 0;
        undeclared_ = false;
        touched_.assign(row.keys.size(), false);
        replaced_.clear();
        const Receipt receipt = block.execute(index, *this);
        if (!undeclared_) {
            return receipt;
        }
        for (const Replaced& old : replaced_) {
            Slot& slot = (*slots_)[old.key];
            copy_content(old.slot, slot);
            set_state(slot, old.slot.state);  // last: an unknown slot is open to who fetches ahead
        }
        return error_ ? Receipt{} : kUndeclaredReceipt;
    }

    /// Brings the value before the block of slot `id`, if nobody has.
    void fetch_ahead(Worker& worker, const StateKey& key, std::uint32_t id) {
        worker_ = &worker;
        if (state_of((*slots_)[id]).load(std::memory_order_acquire) == SlotState::unknown) {
            static_cast<void>(fetch(key, id));
            ++counts.fetched_ahead;
        }
    }

    [[nodiscard]] StateRead read(const StateKey& key) override {
        const std::uint32_t at = find(key, false);
        if (at == kNowhere) {
            return {ReadState::stop, {}};
        }
        ++counts.reads;
        const Slot& slot = (*slots_)[row_.accesses[at].key];
        worker_->step();
        const SlotState state = state_of(slot).load(std::memory_order_acquire);
        if (state == SlotState::present) {
            return {ReadState::present, {slot.value, slot.size}};
        }
        return state == SlotState::absent ? StateRead{ReadState::absent, {}}
                                          : fetch(key, row_.accesses[at].key);
    }

    void write(const StateKey& key, ByteView value) override {
        Slot* const slot = open(key);
        if (slot == nullptr) {
            return;
        }
        if (value.size() > slot->capacity) {
            slot->value = arena_.allocate(value.size());
            slot->capacity = static_cast<std::uint32_t>(value.size());
        }
        if (!value.empty()) {
            // memmove: the value may be what read() gave out for this very key.
            std::memmove(slot->value, value.data(), value.size());
        }
        slot->size = static_cast<std::uint32_t>(value.size());
        set_state(*slot, SlotState::present);
    }

    void erase(const StateKey& key) override {
        if (Slot* const slot = open(key); slot != nullptr) {
            slot->size = 0;
            set_state(*slot, SlotState::absent);
        }
    }

    /// Why a read said stop although it was declared: the reader failed.
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
    /// The last transaction touched a key outside its declared set.
    [[nodiscard]] bool broke_out() const noexcept { return undeclared_; }

    AccessCounts counts;

  private:
    static constexpr std::uint32_t kNowhere = UINT32_MAX;
    /// Rows longer than this are searched by bisection.
    static constexpr std::size_t kShort = 8;
    struct Replaced {
        std::uint32_t key = 0;
        Slot slot;
    };

    static std::atomic_ref<SlotState> state_of(const Slot& slot) noexcept {
        return std::atomic_ref<SlotState>(const_cast<SlotState&>(slot.state));
    }
    void set_state(Slot& slot, SlotState state) noexcept {
        state_of(slot).store(state, std::memory_order_release);
    }

    /// All but the state, which belongs to whoever fetches ahead as well.
    static void copy_content(const Slot& from, Slot& to) noexcept {
        to.value = from.value;
        to.spare = from.spare;
        to.size = from.size;
        to.capacity = from.capacity;
        to.spare_capacity = from.spare_capacity;
        to.written = from.written;
    }

    /// Place of `key` in the row, or kNowhere where the transaction may not touch it (or anything
    /// any more).
    std::uint32_t find(const StateKey& key, bool write) {
        if (undeclared_ || error_) {
            return kNowhere;
        }
        const std::uint32_t at = search(key);
        if (at == kNowhere || (write && row_.accesses[at].write == 0)) {
            undeclared_ = true;
            return kNowhere;
        }
        return at;
    }

    std::uint32_t search(const StateKey& key) {
        const auto size = static_cast<std::uint32_t>(row_.keys.size());
        if (size <= kShort) {
            // Transactions tend to touch their keys in turns: begin after the one before.
            for (std::uint32_t turn = 0; turn < size; ++turn) {
                const std::uint32_t at = next_ < size ? next_ : 0;
                next_ = at + 1;
                if (row_.keys[at] == key) {
                    return at;
                }
            }
            return kNowhere;
        }
        // By their first words, which nearly always decide: comparing whole keys is a call each.
        const std::uint64_t wanted = key.prefix();
        std::uint32_t low = 0;
        for (std::uint32_t left = size; left > 1;) {
            const std::uint32_t half = left / 2;
            low += row_.keys[low + half - 1].prefix() < wanted ? half : 0;
            left -= half;
        }
        for (; low < size && row_.keys[low].prefix() <= wanted; ++low) {
            if (row_.keys[low] == key) {
                return low;
            }
        }
        return kNowhere;
    }

    /// The value before the block. Kept in the slot, unless someone else is just doing so.
    StateRead fetch(const StateKey& key, std::uint32_t id) {
        ++counts.state_reads;
        const auto got = reader_->get(key);
        if (!got) {
            error_ = got.error();
            return {ReadState::stop, {}};
        }
        BeforeBlock before{.state = OldState::absent};
        if (*got) {
            const ByteView copy = arena_.copy(**got);
            before = {copy.data(), static_cast<std::uint32_t>(copy.size()), OldState::present};
        }
        Slot& slot = (*slots_)[id];
        SlotState expected = SlotState::unknown;
        worker_->step();
        if (state_of(slot).compare_exchange_strong(expected, SlotState::arriving,
                                                   std::memory_order_acquire)) {
            slots_->before(id) = before;
            // Never written to: see capacity.
            slot.value = const_cast<std::uint8_t*>(before.value);
            slot.size = before.size;
            worker_->step();
            set_state(slot, *got ? SlotState::present : SlotState::absent);
        }
        return before.state == OldState::present
                   ? StateRead{ReadState::present, {before.value, before.size}}
                   : StateRead{ReadState::absent, {}};
    }

    /// The slot of a key that the transaction writes, with a buffer of its own; null where it may
    /// not.
    Slot* open(const StateKey& key) {
        const std::uint32_t at = find(key, true);
        if (at == kNowhere) {
            return nullptr;
        }
        ++counts.writes;
        const std::uint32_t id = row_.accesses[at].key;
        Slot& slot = (*slots_)[id];
        if (touched_[at]) {
            return &slot;
        }
        touched_[at] = true;
        worker_->step();
        SlotState state = state_of(slot).load(std::memory_order_acquire);
        // Whoever fetches ahead holds no lock: from here on it finds a value and lets it be.
        while (state == SlotState::unknown || state == SlotState::arriving) {
            if (state == SlotState::arriving) {
                worker_->relax();
                state = SlotState::unknown;
            }
            if (state_of(slot).compare_exchange_strong(state, SlotState::absent,
                                                       std::memory_order_acquire)) {
                break;
            }
        }
        Replaced& old = replaced_.emplace_back();
        old.key = id;
        copy_content(slot, old.slot);
        old.slot.state = state;
        std::swap(slot.value, slot.spare);
        std::swap(slot.capacity, slot.spare_capacity);
        slot.written = true;
        return &slot;
    }

    Slots* slots_ = nullptr;
    StateReader* reader_ = nullptr;
    Worker* worker_ = nullptr;
    Arena arena_;
    DeclaredRow row_;
    std::uint32_t next_ = 0;  // place in the row to look at first
    bool undeclared_ = false;
    std::vector<bool> touched_;       // by place in the row: written by this transaction
    std::vector<Replaced> replaced_;  // slots as they were before this transaction
    std::optional<Error> error_;
};

}  // namespace commitbench
