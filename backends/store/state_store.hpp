// SPDX-License-Identifier: Apache-2.0
// StateStore: the state key by key in one table of a store, and its position in another. What
// backends have in common that keep no nodes.
#pragma once

#include "backends/store/position_record.hpp"
#include "harness/core/directory_claim.hpp"
#include "harness/core/options.hpp"

#include <functional>

namespace commitbench {

/// One thread, but for the readers it opens. Where a call fails, only the destructor may follow.
class StateStore {
  public:
    static constexpr Table kState{0};
    /// Beside the position record a backend may keep records of its own here.
    static constexpr Table kMeta{1};

    /// By the options `store` and `direct` (store_options.hpp). Claims the folder for `backend`;
    /// bad_input where there is none and the store needs one, or where its load was cut short.
    [[nodiscard]] static Result<std::unique_ptr<StateStore>> open(std::string_view backend,
                                                                  const Options& options,
                                                                  const CellResources& resources);

    [[nodiscard]] bool empty() const { return load_ == LoadState::empty; }
    [[nodiscard]] Position position() const { return position_; }

    /// For get() and multi_get() of both tables.
    [[nodiscard]] Result<std::unique_ptr<StoreReader>> open_store_reader() {
        return store_->open_reader();
    }
    /// Serves kState.
    [[nodiscard]] Result<std::unique_ptr<StateReader>> open_reader();

    /// What belongs to the block under way; commit() writes it.
    [[nodiscard]] Batch& batch() { return *batch_; }

    /// Called with each entry of a load as it is put.
    using OnEntry = std::function<void(const StateKey& key, ByteView value)>;
    /// Called at the end of a load: may add to the batch, and gives the root.
    using OnEnd = std::function<Root(Batch& batch)>;
    /// Backend::load. In batches of 2 MiB; not complete until all of it is durable.
    Status load(SortedState& state, const OnEntry& on_entry, const OnEnd& on_end);

    /// The batch and the position, atomically, as durable as the cell wants it.
    Status commit(const Position& position);

    /// Backend::reopen. Readers opened before are invalid, those of a memory store too.
    Status reopen();

    void counters(CounterVisitor& visitor) const { store_->counters(visitor); }
    void facts(FactVisitor& visitor) const { store_->facts(visitor); }

  private:
    StateStore(DirectoryClaim claim, StoreSettings settings, Durability durability)
        : claim_(std::move(claim)),
          settings_(std::move(settings)),
          mode_(durability == Durability::block ? CommitMode::durable : CommitMode::lazy) {}
    Status open_store_and_position();

    DirectoryClaim claim_;  // outlives the store
    StoreSettings settings_;
    CommitMode mode_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Batch> batch_;
    LoadState load_ = LoadState::empty;
    Position position_;
};

}  // namespace commitbench
