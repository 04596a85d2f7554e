// SPDX-License-Identifier: Apache-2.0
#include "backends/null/null_backend.hpp"

#include "backends/null/resident_state.hpp"
#include "backends/store/io_error.hpp"
#include "backends/store/sorted_entries.hpp"
#include "backends/store/store.hpp"

#include <new>

namespace commitbench {
namespace {

class NullReader final : public StateReader {
  public:
    explicit NullReader(const ResidentState& state) : state_(state) {}
    Result<std::optional<ByteView>> get(const StateKey& key) override { return state_.find(key); }

  private:
    const ResidentState& state_;
};

class NullBackend final : public Backend {
  public:
    explicit NullBackend(std::uint64_t memory_budget) : memory_budget_(memory_budget) {}

    std::string commitment_scheme() const override { return "none"; }
    bool empty() const override { return empty_; }
    Position persisted() const override { return position_; }
    Status load(SortedState& state) override;
    Status stage(const StateDiff& diff) override;
    Status stage_keys(std::span<const KeyChange> changes) override;
    Result<Root> merkleize() override { return Root{}; }
    Status persist(std::uint64_t block) override {
        position_.block = block;
        empty_ = false;
        return {};
    }
    Status reopen() override { return {}; }
    Result<std::unique_ptr<StateReader>> open_reader() override {
        return std::unique_ptr<StateReader>(std::make_unique<NullReader>(state_));
    }
    void counters(CounterVisitor& visitor) const override {
        visitor.gauge("store_bytes", state_.bytes());
    }
    void facts(FactVisitor& visitor) const override {
        visitor.fact("commitment", "none", "what is left is the harness and the executor");
        visitor.fact("state", "hash table in memory", "the least that can serve reads");
        visitor.fact("durability_kept", "none", "nothing is written, whatever the cell asks for");
    }

  private:
    /// Checked behind a block, not before: it may exceed the limit by what one block adds, and no
    /// block pays for knowing ahead.
    [[nodiscard]] bool fits() const { return state_.bytes() <= resident_limit(memory_budget_); }

    std::uint64_t memory_budget_;
    ResidentState state_;
    Position position_;
    bool empty_ = true;
};

/// Runs what may grow the state.
template<class Grow>
Status guarded(std::uint64_t bytes, std::uint64_t memory_budget, Grow grow) {
    try {
        return grow();
    } catch (const std::bad_alloc&) {
        return state_does_not_fit(bytes, memory_budget);
    }
}

Status NullBackend::load(SortedState& state) {
    return guarded(state_.bytes(), memory_budget_, [&]() -> Status {
        state_.reserve(state.size());
        COMMITBENCH_TRY(for_each_entry(state, [&](const StateKey& key, ByteView value) -> Status {
            state_.put(key, value);
            if (fits()) {
                return {};
            }
            // What the rest will need, judged by what is there.
            const double whole =
                static_cast<double>(state.size()) / static_cast<double>(state_.size());
            return state_does_not_fit(
                static_cast<std::uint64_t>(static_cast<double>(state_.bytes()) *
                                           std::max(1.0, whole)),
                memory_budget_);
        }));
        empty_ = false;
        return {};
    });
}

Status NullBackend::stage(const StateDiff& diff) {
    return guarded(state_.bytes(), memory_budget_, [&]() -> Status {
        state_.apply(diff.changes());
        return fits() ? Status{} : state_does_not_fit(state_.bytes(), memory_budget_);
    });
}

Status NullBackend::stage_keys(std::span<const KeyChange> changes) {
    return guarded(state_.bytes(), memory_budget_, [&]() -> Status {
        for (const KeyChange& change : changes) {
            if (change.key.size() != sizeof(StateKey)) {
                return key_must_have_32_bytes("null", change.key.size());
            }
            const StateKey key = StateKey::from(change.key);
            if (change.deleted) {
                state_.erase(key);
            } else {
                state_.put(key, change.value);
            }
        }
        return fits() ? Status{} : state_does_not_fit(state_.bytes(), memory_budget_);
    });
}

Result<std::unique_ptr<Backend>> create_null(const Options& /*options*/,
                                             const CellResources& resources) {
    return std::unique_ptr<Backend>(std::make_unique<NullBackend>(resources.memory_budget));
}

}  // namespace

const BackendComponent kNullComponent{
    .name = "null",
    .summary = "keeps only what reads need, in memory: no commitment, no files",
    .options = {},
    .create = create_null,
};

}  // namespace commitbench
