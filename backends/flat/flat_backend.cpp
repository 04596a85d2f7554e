// SPDX-License-Identifier: Apache-2.0
#include "backends/flat/flat_backend.hpp"

#include "backends/store/io_error.hpp"
#include "backends/store/state_store.hpp"
#include "backends/store/store_options.hpp"

#include <array>

namespace commitbench {
namespace {

constexpr std::array kOptions{
    OptionSpec{"store", OptionType::choice, "", "memory", kStoreChoices, "where the state lies"},
    kDirectOption,
};

class FlatBackend final : public Backend {
  public:
    explicit FlatBackend(std::unique_ptr<StateStore> store) : store_(std::move(store)) {}

    std::string commitment_scheme() const override { return "none"; }
    bool empty() const override { return store_->empty(); }
    Position persisted() const override { return store_->position(); }
    Status load(SortedState& state) override {
        return store_->load(
            state, [](const StateKey&, ByteView) {}, [](Batch&) { return Root{}; });
    }
    Status stage(const StateDiff& diff) override;
    Status stage_keys(std::span<const KeyChange> changes) override;
    Result<Root> merkleize() override { return Root{}; }
    Status persist(std::uint64_t block) override { return store_->commit({block, Root{}}); }
    Status reopen() override { return store_->reopen(); }
    Result<std::unique_ptr<StateReader>> open_reader() override { return store_->open_reader(); }
    void counters(CounterVisitor& visitor) const override { store_->counters(visitor); }
    void facts(FactVisitor& visitor) const override {
        visitor.fact("commitment", "none", "the price of a tree is the difference to this");
        store_->facts(visitor);
    }

  private:
    std::unique_ptr<StateStore> store_;
};

Status FlatBackend::stage(const StateDiff& diff) {
    for (const Change& change : diff.changes()) {
        if (change.deleted) {
            store_->batch().erase(StateStore::kState, change.key.view());
        } else {
            store_->batch().put(StateStore::kState, change.key.view(), change.new_value);
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
            store_->batch().erase(StateStore::kState, change.key);
        } else {
            store_->batch().put(StateStore::kState, change.key, change.value);
        }
    }
    return {};
}

Result<std::unique_ptr<Backend>> create_flat(const Options& options,
                                             const CellResources& resources) {
    auto store = StateStore::open("flat", options, resources);
    if (!store) {
        return store.error();
    }
    return std::unique_ptr<Backend>(std::make_unique<FlatBackend>(std::move(*store)));
}

}  // namespace

const BackendComponent kFlatComponent{
    .name = "flat",
    .summary = "key-value state in a store, without commitment",
    .options = kOptions,
    .create = create_flat,
};

}  // namespace commitbench
