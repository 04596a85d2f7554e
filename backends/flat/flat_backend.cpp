// SPDX-License-Identifier: Apache-2.0
#include "backends/flat/flat_backend.hpp"

#include "backends/store/directory_claim.hpp"
#include "backends/store/io_error.hpp"
#include "backends/store/position_record.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench {
namespace {

constexpr std::array kTables{TableSpec{"state", true}, TableSpec{"meta", false}};
constexpr Table kState{0};
constexpr Table kMeta{1};

/// Of a load's batches: large enough that a commit's own cost is nothing, small enough for the
/// least budget.
constexpr std::size_t kLoadBatchBytes = std::size_t{2} << 20;

constexpr std::array kOptions{
    OptionSpec{"store", OptionType::choice, "", "memory", kStoreChoices, "where the state lies"},
};

class FlatReader final : public StateReader {
  public:
    explicit FlatReader(std::unique_ptr<StoreReader> reader) : reader_(std::move(reader)) {}
    Result<std::optional<ByteView>> get(const StateKey& key) override {
        return reader_->get(kState, key.view());
    }

  private:
    std::unique_ptr<StoreReader> reader_;
};

class FlatBackend final : public Backend {
  public:
    FlatBackend(DirectoryClaim claim, StoreSettings settings, Durability durability)
        : claim_(std::move(claim)),
          settings_(std::move(settings)),
          mode_(durability == Durability::block ? CommitMode::durable : CommitMode::lazy) {}

    Status open();
    std::string commitment_scheme() const override { return "none"; }
    bool empty() const override { return load_ == LoadState::empty; }
    Position persisted() const override { return position_; }
    Status load(SortedState& state) override;
    Status stage(const StateDiff& diff) override;
    Status stage_keys(std::span<const KeyChange> changes) override;
    Result<Root> merkleize() override { return Root{}; }
    Status persist(std::uint64_t block) override;
    Status reopen() override;
    Result<std::unique_ptr<StateReader>> open_reader() override;
    void counters(CounterVisitor& visitor) const override { store_->counters(visitor); }
    void facts(FactVisitor& visitor) const override {
        visitor.fact("commitment", "none", "the price of a tree is the difference to this");
        store_->facts(visitor);
    }

  private:
    DirectoryClaim claim_;  // outlives the store
    StoreSettings settings_;
    CommitMode mode_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Batch> batch_;
    LoadState load_ = LoadState::empty;
    Position position_;
};

Status FlatBackend::open() {
    auto store = open_store(settings_, kTables);
    if (!store) {
        return store.error();
    }
    const auto record = read_position(**store, kMeta);
    if (!record) {
        return record.error();
    }
    if (record->load == LoadState::started) {
        return load_was_cut_short(settings_.directory);
    }
    load_ = record->load;
    position_ = record->position;
    store_ = std::move(*store);
    batch_ = store_->new_batch();
    return {};
}

Status FlatBackend::load(SortedState& state) {
    COMMITBENCH_TRY(mark_load_started(*store_, kMeta));
    StateKey key;
    ByteView value;
    while (true) {
        const auto more = state.next(key, value);
        if (!more) {
            return more.error();
        }
        if (!*more) {
            break;
        }
        batch_->put(kState, key.view(), value);
        if (batch_->bytes() >= kLoadBatchBytes) {
            COMMITBENCH_TRY(store_->commit(*batch_, CommitMode::bulk));
        }
    }
    COMMITBENCH_TRY(store_->commit(*batch_, CommitMode::bulk));
    COMMITBENCH_TRY(mark_load_complete(*store_, kMeta, Position{}));
    load_ = LoadState::complete;
    return {};
}

Status FlatBackend::stage(const StateDiff& diff) {
    for (const Change& change : diff.changes()) {
        if (change.deleted) {
            batch_->erase(kState, change.key.view());
        } else {
            batch_->put(kState, change.key.view(), change.new_value);
        }
    }
    return {};
}

Status FlatBackend::stage_keys(std::span<const KeyChange> changes) {
    for (const KeyChange& change : changes) {
        if (change.key.size() != sizeof(StateKey)) {
            return key_must_have_32_bytes("flat", change.key.size());
        }
        if (change.deleted) {
            batch_->erase(kState, change.key);
        } else {
            batch_->put(kState, change.key, change.value);
        }
    }
    return {};
}

Status FlatBackend::persist(std::uint64_t block) {
    const Position position{block, Root{}};
    put_position(*batch_, kMeta, position);
    COMMITBENCH_TRY(store_->commit(*batch_, mode_));
    position_ = position;
    load_ = LoadState::complete;
    return {};
}

Status FlatBackend::reopen() {
    if (settings_.kind == StoreKind::memory) {
        return {};
    }
    batch_.reset();
    store_.reset();
    return open();
}

Result<std::unique_ptr<StateReader>> FlatBackend::open_reader() {
    auto reader = store_->open_reader();
    if (!reader) {
        return reader.error();
    }
    return std::unique_ptr<StateReader>(std::make_unique<FlatReader>(std::move(*reader)));
}

Result<std::unique_ptr<Backend>> create_flat(const Options& options,
                                             const CellResources& resources) {
    const std::string& store = options.text("store");
    StoreSettings settings{.kind = store_kind(store),
                           .directory = resources.directory,
                           .memory_budget = resources.memory_budget};
    DirectoryClaim claim;
    if (settings.kind != StoreKind::memory) {
        if (resources.directory.empty()) {
            return bad_input(fmt::format(
                "backend 'flat' with store={} needs a data folder: name one, or take store=memory",
                store));
        }
        auto taken = DirectoryClaim::take(resources.directory,
                                          fmt::format("commitbench flat 1 store={}", store));
        if (!taken) {
            return taken.error();
        }
        claim = std::move(*taken);
    }
    auto backend =
        std::make_unique<FlatBackend>(std::move(claim), std::move(settings), resources.durability);
    COMMITBENCH_TRY(backend->open());
    return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace

const BackendComponent kFlatComponent{
    .name = "flat",
    .summary = "key-value state in a store, without commitment",
    .options = kOptions,
    .create = create_flat,
};

}  // namespace commitbench
