// SPDX-License-Identifier: Apache-2.0
#include "backends/lthash/lthash_backend.hpp"

#include "backends/lthash/lattice_sum.hpp"
#include "backends/lthash/reference_sum.hpp"
#include "backends/store/directory_claim.hpp"
#include "backends/store/io_error.hpp"
#include "backends/store/position_record.hpp"
#include "harness/core/arena.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench {
namespace {

using lthash::LatticeSum;
using lthash::SumBytes;

constexpr std::array kTables{TableSpec{"state", true}, TableSpec{"meta", false}};
constexpr Table kState{0};
constexpr Table kMeta{1};
/// In table meta beside the position record, written in the same batch: the sum's 2,048 bytes.
constexpr std::string_view kSumKey = "sum";

/// Of a load's batches, as flat's.
constexpr std::size_t kLoadBatchBytes = std::size_t{2} << 20;
/// Old values are read so many at a time: enough for a store to overlap its reads.
constexpr std::size_t kReadBatch = 256;

constexpr std::array kOptions{
    OptionSpec{"store", OptionType::choice, "", "memory", kStoreChoices, "where the state lies"},
};

class LthashReader final : public StateReader {
  public:
    explicit LthashReader(std::unique_ptr<StoreReader> reader) : reader_(std::move(reader)) {}
    Result<std::optional<ByteView>> get(const StateKey& key) override {
        return reader_->get(kState, key.view());
    }

  private:
    std::unique_ptr<StoreReader> reader_;
};

/// One key's step from old to new. Views are the diff's, the script's or the arena's.
struct Step {
    ByteView key;
    ByteView old_value;
    ByteView new_value;
    OldState old_state = OldState::unknown;
    bool deleted = false;
};

class LthashBackend final : public Backend {
  public:
    LthashBackend(DirectoryClaim claim, StoreSettings settings, Durability durability)
        : claim_(std::move(claim)),
          settings_(std::move(settings)),
          mode_(durability == Durability::block ? CommitMode::durable : CommitMode::lazy) {}

    Status open();
    std::string commitment_scheme() const override { return std::string(kLthashScheme); }
    bool empty() const override { return load_ == LoadState::empty; }
    Position persisted() const override { return position_; }
    Status load(SortedState& state) override;
    Status stage(const StateDiff& diff) override;
    Status stage_keys(std::span<const KeyChange> changes) override;
    Result<Root> merkleize() override;
    Status persist(std::uint64_t block) override;
    Status reopen() override;
    Result<std::unique_ptr<StateReader>> open_reader() override;
    void counters(CounterVisitor& visitor) const override {
        visitor.counter("hash_permutations", sum_.compressions());
        store_->counters(visitor);
    }
    void facts(FactVisitor& visitor) const override;

  private:
    Status read_sum();
    Status read_old_values();
    void put_sum() { batch_->put(kMeta, as_bytes(kSumKey), sum_.bytes()); }

    DirectoryClaim claim_;  // outlives the store
    StoreSettings settings_;
    CommitMode mode_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreReader> old_values_;
    std::unique_ptr<Batch> batch_;
    LoadState load_ = LoadState::empty;
    Position position_;
    LatticeSum sum_;
    Root root_;  ///< of the staged block
    Arena arena_;
    std::vector<Step> steps_;
};

Status LthashBackend::open() {
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
    return read_sum();
}

Status LthashBackend::read_sum() {
    batch_ = store_->new_batch();
    auto reader = store_->open_reader();
    if (!reader) {
        return reader.error();
    }
    old_values_ = std::move(*reader);
    sum_.reset({});
    if (load_ == LoadState::empty) {
        return {};
    }
    const auto stored = old_values_->get(kMeta, as_bytes(kSumKey));
    if (!stored) {
        return stored.error();
    }
    SumBytes bytes{};
    if (!stored->has_value() || (*stored)->size() != bytes.size()) {
        return Error{ErrorCode::corrupt,
                     "the data folder has no lattice sum of 2048 bytes beside its position record: "
                     "it is damaged, delete it and load again"};
    }
    std::ranges::copy(**stored, bytes.begin());
    sum_.reset(bytes);
    if (Root{sum_.checksum()} != position_.root) {
        return Error{ErrorCode::corrupt,
                     "the lattice sum in the data folder is not that of the root in its position "
                     "record: the folder is damaged, delete it and load again"};
    }
    return {};
}

Status LthashBackend::load(SortedState& state) {
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
        sum_.change(OutputSign::plus, key.view(), value);
        if (batch_->bytes() >= kLoadBatchBytes) {
            COMMITBENCH_TRY(store_->commit(*batch_, CommitMode::bulk));
        }
    }
    sum_.finish();
    put_sum();
    COMMITBENCH_TRY(store_->commit(*batch_, CommitMode::bulk));
    const Position position{0, Root{sum_.checksum()}};
    COMMITBENCH_TRY(mark_load_complete(*store_, kMeta, position));
    position_ = position;
    load_ = LoadState::complete;
    return {};
}

Status LthashBackend::stage(const StateDiff& diff) {
    arena_.reset();
    steps_.clear();
    steps_.reserve(diff.size());
    for (const Change& change : diff.changes()) {
        steps_.push_back({change.key.view(), change.old_value, change.new_value, change.old_state,
                          change.deleted});
    }
    return read_old_values();
}

Status LthashBackend::stage_keys(std::span<const KeyChange> changes) {
    arena_.reset();
    steps_.clear();
    for (const KeyChange& change : changes) {
        if (change.key.size() != sizeof(StateKey)) {
            return key_must_have_32_bytes("lthash", change.key.size());
        }
        steps_.push_back({change.key, {}, change.value, OldState::unknown, change.deleted});
    }
    const auto key_of = [](const Step& step) { return StateKey::from(step.key); };
    std::ranges::stable_sort(steps_, {}, key_of);
    // Of a key's changes the last stays, and only that one.
    std::size_t kept = 0;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        if (i + 1 == steps_.size() || key_of(steps_[i]) != key_of(steps_[i + 1])) {
            steps_[kept++] = steps_[i];
        }
    }
    steps_.resize(kept);
    return read_old_values();
}

Status LthashBackend::read_old_values() {
    std::array<Step*, kReadBatch> asking{};
    std::array<ByteView, kReadBatch> keys;
    std::array<std::optional<ByteView>, kReadBatch> values;
    std::size_t count = 0;
    const auto read = [&]() -> Status {
        COMMITBENCH_TRY(
            old_values_->multi_get(kState, {keys.data(), count}, {values.data(), count}));
        for (std::size_t i = 0; i < count; ++i) {
            asking[i]->old_state = values[i] ? OldState::present : OldState::absent;
            if (values[i]) {
                asking[i]->old_value = arena_.copy(*values[i]);
            }
        }
        count = 0;
        return {};
    };
    for (Step& step : steps_) {
        if (step.old_state != OldState::unknown) {
            continue;
        }
        asking[count] = &step;
        keys[count] = step.key;
        if (++count == kReadBatch) {
            COMMITBENCH_TRY(read());
        }
    }
    return read();
}

Result<Root> LthashBackend::merkleize() {
    for (const Step& step : steps_) {
        if (step.old_state == OldState::present) {
            sum_.change(OutputSign::minus, step.key, step.old_value);
        }
        if (!step.deleted) {
            sum_.change(OutputSign::plus, step.key, step.new_value);
        }
    }
    sum_.finish();
    root_ = Root{sum_.checksum()};
    return root_;
}

Status LthashBackend::persist(std::uint64_t block) {
    for (const Step& step : steps_) {
        if (step.deleted) {
            batch_->erase(kState, step.key);
        } else {
            batch_->put_borrowed(kState, step.key, step.new_value);
        }
    }
    put_sum();
    const Position position{block, root_};
    put_position(*batch_, kMeta, position);
    COMMITBENCH_TRY(store_->commit(*batch_, mode_));
    position_ = position;
    load_ = LoadState::complete;
    return {};
}

Status LthashBackend::reopen() {
    if (settings_.kind == StoreKind::memory) {
        return read_sum();
    }
    old_values_.reset();
    batch_.reset();
    store_.reset();
    return open();
}

Result<std::unique_ptr<StateReader>> LthashBackend::open_reader() {
    auto reader = store_->open_reader();
    if (!reader) {
        return reader.error();
    }
    return std::unique_ptr<StateReader>(std::make_unique<LthashReader>(std::move(*reader)));
}

void LthashBackend::facts(FactVisitor& visitor) const {
    visitor.fact("commitment_scheme", kLthashScheme,
                 "backends of one scheme must agree on every root");
    visitor.fact("element", "u32le key length, key, u32le value length, value",
                 "a key with an empty value is an element too");
    visitor.fact("schedule", "end of block", "a key changed twice in a block is hashed once");
    visitor.fact("hash_kernel", blake3_kernel(), "the widest that this processor has");
    visitor.fact("hash_permutation_ns",
                 fmt::format("{:.2f}", lthash::measure_output_compression_ns()),
                 "cost of one BLAKE3 compression in lanes here and now: times hash_permutations it "
                 "is the hash floor");
    store_->facts(visitor);
}

Result<std::unique_ptr<Backend>> create_lthash(const Options& options,
                                               const CellResources& resources) {
    const std::string& store = options.text("store");
    StoreSettings settings{.kind = store_kind(store),
                           .directory = resources.directory,
                           .memory_budget = resources.memory_budget};
    DirectoryClaim claim;
    if (settings.kind != StoreKind::memory) {
        if (resources.directory.empty()) {
            return bad_input(
                fmt::format("backend 'lthash' with store={} needs a data folder: name one, or take "
                            "store=memory",
                            store));
        }
        auto taken = DirectoryClaim::take(resources.directory,
                                          fmt::format("commitbench lthash 1 store={}", store));
        if (!taken) {
            return taken.error();
        }
        claim = std::move(*taken);
    }
    auto backend = std::make_unique<LthashBackend>(std::move(claim), std::move(settings),
                                                   resources.durability);
    COMMITBENCH_TRY(backend->open());
    return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace

const BackendComponent kLthashComponent{
    .name = "lthash",
    .summary = "key-value state in a store, committed to by a lattice hash: hashing without a tree",
    .options = kOptions,
    .create = create_lthash,
};

}  // namespace commitbench
