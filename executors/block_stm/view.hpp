// SPDX-License-Identifier: Apache-2.0
// View: the state as one execution of one transaction sees and changes it.
#pragma once

#include "executors/block_stm/multi_version.hpp"
#include "executors/block_stm/settings.hpp"

namespace commitbench::block_stm {

/// How an execution stands to the committed prefix.
enum class Mode : std::uint8_t {
    speculative,  ///< others below may still change: remember what was read, hide what is written
    on_prefix,    ///< all below are committed: nothing to remember, writes may be seen at once
    alone,        ///< and there is no other worker: values may be overwritten in place
};

/// One a worker, used for one transaction after the other.
template<class Worker>
class View final : public StateAccess {
  public:
    View(Worker& worker, MultiVersion& versions, WorkerShare& share, const Settings& settings)
        : worker_(worker), versions_(versions), share_(share), settings_(settings) {}

    /// INVARIANT: the caller owns `transaction` until the execution ends.
    void begin(std::uint32_t index, Transaction& transaction, Mode mode) {
        index_ = index;
        transaction_ = &transaction;
        mode_ = mode;
        transaction.reads = transaction.writes = 0;
        transaction.wrote_new_key = transaction.has_deltas = false;
        records_.clear();
        blocked_ = false;
    }

    /// Hands the read set to the transaction.
    void end() {
        const ReadSet* set = nullptr;
        if (!records_.empty()) {
            const std::size_t bytes = records_.size() * sizeof(ReadRecord);
            auto* copy = new (share_.memory.allocate(sizeof(ReadSet) + bytes))
                ReadSet{static_cast<std::uint32_t>(records_.size())};
            std::memcpy(static_cast<void*>(copy + 1), records_.data(), bytes);
            set = copy;
        }
        worker_.step();
        transaction_->read_set.store(set, std::memory_order_release);
    }

    /// A read met an estimate: blocker() has to run first, and what this execution did is void.
    [[nodiscard]] bool is_blocked() const noexcept { return blocked_; }
    [[nodiscard]] std::uint32_t blocker() const noexcept { return blocker_; }

    [[nodiscard]] StateRead read(const StateKey& key) override {
        if (has_stopped()) {
            return {ReadState::stop, {}};
        }
        ++transaction_->reads;
        Entry& entry = versions_.entry(worker_, key, share_);
        Version* version = MultiVersion::at_or_below(worker_, entry, index_);
        if (version != nullptr && version->transaction == index_) {
            const Payload payload(version->payload.load(std::memory_order_relaxed));
            if (const Value* own = payload.value(); own != nullptr) {
                return own->kind == ValueKind::delta ? read_own_sum(entry, *version, *own)
                                                     : to_read(own);
            }
            version = version->next.load(std::memory_order_acquire);
        }
        return to_read(read_below(entry, version));
    }

    void write(const StateKey& key, ByteView value) override {
        if (!has_stopped()) {
            ++transaction_->writes;
            put(versions_.entry(worker_, key, share_), ValueKind::present, value);
        }
    }

    void erase(const StateKey& key) override {
        if (!has_stopped()) {
            ++transaction_->writes;
            put(versions_.entry(worker_, key, share_), ValueKind::absent, {});
        }
    }

    [[nodiscard]] ReadState add(const StateKey& key, std::uint64_t amount) override {
        if (!settings_.deltas || mode_ != Mode::speculative) {
            return StateAccess::add(key, amount);
        }
        if (has_stopped()) {
            return ReadState::stop;
        }
        ++transaction_->reads;
        ++transaction_->writes;
        Entry& entry = versions_.entry(worker_, key, share_);
        const Version* version = MultiVersion::at_or_below(worker_, entry, index_);
        const Value* own = version == nullptr || version->transaction != index_
                               ? nullptr
                               : Payload(version->payload.load(std::memory_order_relaxed)).value();
        if (own != nullptr && own->kind != ValueKind::delta) {
            put(entry, ValueKind::present, counter_value(counter_of(*own) + amount));
        } else {
            const std::uint64_t sum = amount + (own == nullptr ? 0 : own->amount());
            std::array<std::uint8_t, sizeof sum> bytes{};
            std::memcpy(bytes.data(), &sum, sizeof sum);
            transaction_->has_deltas = true;
            put(entry, ValueKind::delta, bytes);
        }
        return ReadState::present;
    }

  private:
    [[nodiscard]] bool has_stopped() const noexcept { return blocked_ || share_.error; }

    [[nodiscard]] static StateRead to_read(const Value* value) {
        if (value == nullptr) {
            return {ReadState::stop, {}};
        }
        return value->kind == ValueKind::present ? StateRead{ReadState::present, value->view()}
                                                 : StateRead{ReadState::absent, {}};
    }

    /// Null: stop.
    const Value* read_below(Entry& entry, const Version* version) {
        const Below below = MultiVersion::resolve(worker_, version);
        if (below.blocked) {
            blocked_ = true;
            blocker_ = below.blocker;
            return nullptr;
        }
        const Value* value =
            below.value != nullptr ? below.value : MultiVersion::base(worker_, entry, share_);
        if (value != nullptr && below.summed) {
            value = MultiVersion::sum(*value, below.sum, share_.memory);
        }
        if (value != nullptr && (mode_ == Mode::speculative || settings_.check)) {
            records_.push_back({&entry, value, below.summed});
        }
        return value;
    }

    /// A transaction that looks at a counter it added to depends on those below after all.
    StateRead read_own_sum(Entry& entry, const Version& own, const Value& delta) {
        const Value* below = read_below(entry, own.next.load(std::memory_order_acquire));
        if (below == nullptr) {
            return {ReadState::stop, {}};
        }
        put(entry, ValueKind::present, counter_value(counter_of(*below) + delta.amount()));
        return to_read(Payload(own.payload.load(std::memory_order_relaxed)).value());
    }

    void put(Entry& entry, ValueKind kind, ByteView bytes) {
        Version* version = MultiVersion::at_or_below(worker_, entry, index_);
        const bool is_own = version != nullptr && (version->transaction == index_ ||
                                                   // Alone, one version a key is enough.
                                                   mode_ == Mode::alone);
        const Payload before(is_own ? version->payload.load(std::memory_order_relaxed) : 0);
        if (Value* current = before.value();
            current != nullptr && current->capacity >= bytes.size() &&
            (before.mark() != Mark::published || mode_ == Mode::alone)) {
            // Nobody else looks at these bytes. memmove: they may be what read() gave out.
            if (!bytes.empty()) {
                std::memmove(current->bytes(), bytes.data(), bytes.size());
            }
            current->size = static_cast<std::uint32_t>(bytes.size());
            current->kind = kind;
            return;
        }
        const Payload payload(share_.memory.make_value(kind, bytes), mark_over(before));
        if (is_own) {
            // Not "there was no estimate": one left by a suspended execution, or made from a hint,
            // came after readers who saw the key below and have been validated since.
            transaction_->wrote_new_key |= !version->in_write_set;
            worker_.step();
            version->payload.store(payload.word(), std::memory_order_release);
            return;
        }
        transaction_->wrote_new_key = true;
        auto* made = share_.memory.make<Version>();
        made->transaction = index_;
        made->entry = &entry;
        made->payload.store(payload.word(), std::memory_order_relaxed);
        if (mode_ == Mode::speculative) {
            made->sibling = transaction_->versions;
            transaction_->versions = made;
        }
        MultiVersion::insert(worker_, entry, *made);
    }

    [[nodiscard]] Mark mark_over(Payload before) const noexcept {
        if (mode_ != Mode::speculative) {
            return Mark::published;
        }
        return settings_.announce || before.mark() == Mark::estimate ? Mark::estimate
                                                                     : Mark::hidden;
    }

    Worker& worker_;
    MultiVersion& versions_;
    WorkerShare& share_;
    const Settings& settings_;
    Transaction* transaction_ = nullptr;
    std::uint32_t index_ = 0;
    std::uint32_t blocker_ = 0;
    Mode mode_ = Mode::speculative;
    bool blocked_ = false;
    std::vector<ReadRecord> records_;  // of the execution under way; keeps its memory
};

}  // namespace commitbench::block_stm
