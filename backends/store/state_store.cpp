// SPDX-License-Identifier: Apache-2.0
#include "backends/store/state_store.hpp"

#include "backends/store/sorted_entries.hpp"
#include "backends/store/store_options.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench {
namespace {

constexpr std::array kTables{TableSpec{"state", true}, TableSpec{"meta", false}};

/// Of a load's batches: large enough that a commit's own cost is nothing, small enough for the
/// least budget.
constexpr std::size_t kLoadBatchBytes = std::size_t{2} << 20;

class Reader final : public StateReader {
  public:
    explicit Reader(std::unique_ptr<StoreReader> reader) : reader_(std::move(reader)) {}
    Result<std::optional<ByteView>> get(const StateKey& key) override {
        return reader_->get(StateStore::kState, key.view());
    }

  private:
    std::unique_ptr<StoreReader> reader_;
};

}  // namespace

Result<std::unique_ptr<StateStore>> StateStore::open(std::string_view backend,
                                                     const Options& options,
                                                     const CellResources& resources) {
    auto settings = store_settings(options, resources);
    if (!settings) {
        return settings.error();
    }
    DirectoryClaim claim;
    if (settings->kind != StoreKind::memory) {
        const std::string& store = options.text("store");
        if (resources.directory.empty()) {
            return bad_input(fmt::format(
                "backend '{}' with store={} needs a data folder: name one, or take store=memory",
                backend, store));
        }
        auto taken = DirectoryClaim::take(resources.directory,
                                          fmt::format("commitbench {} 1 store={}", backend, store));
        if (!taken) {
            return taken.error();
        }
        claim = std::move(*taken);
    }
    std::unique_ptr<StateStore> opened(
        new StateStore(std::move(claim), std::move(*settings), resources.durability));
    COMMITBENCH_TRY(opened->open_store_and_position());
    return opened;
}

Status StateStore::open_store_and_position() {
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

Result<std::unique_ptr<StateReader>> StateStore::open_reader() {
    auto reader = store_->open_reader();
    if (!reader) {
        return reader.error();
    }
    return std::unique_ptr<StateReader>(std::make_unique<Reader>(std::move(*reader)));
}

Status StateStore::load(SortedState& state, const OnEntry& on_entry, const OnEnd& on_end) {
    COMMITBENCH_TRY(mark_load_started(*store_, kMeta));
    COMMITBENCH_TRY(for_each_entry(state, [&](const StateKey& key, ByteView value) -> Status {
        batch_->put(kState, key.view(), value);
        on_entry(key, value);
        return batch_->bytes() < kLoadBatchBytes ? Status()
                                                 : store_->commit(*batch_, CommitMode::bulk);
    }));
    const Position position{0, on_end(*batch_)};
    COMMITBENCH_TRY(store_->commit(*batch_, CommitMode::bulk));
    COMMITBENCH_TRY(mark_load_complete(*store_, kMeta, position));
    position_ = position;
    load_ = LoadState::complete;
    return {};
}

Status StateStore::commit(const Position& position) {
    put_position(*batch_, kMeta, position);
    COMMITBENCH_TRY(store_->commit(*batch_, mode_));
    position_ = position;
    load_ = LoadState::complete;
    return {};
}

Status StateStore::reopen() {
    batch_.reset();
    if (settings_.kind == StoreKind::memory) {
        batch_ = store_->new_batch();
        return {};
    }
    store_.reset();
    return open_store_and_position();
}

}  // namespace commitbench
