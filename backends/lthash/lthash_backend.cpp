// SPDX-License-Identifier: Apache-2.0
#include "backends/lthash/lthash_backend.hpp"

#include "backends/lthash/lattice_sum.hpp"
#include "backends/lthash/reference_sum.hpp"
#include "backends/store/io_error.hpp"
#include "backends/store/state_store.hpp"
#include "backends/store/store_options.hpp"
#include "harness/core/arena.hpp"

#include <array>
#include <fmt/format.h>

namespace commitbench {
namespace {

using lthash::LatticeSum;
using lthash::SumBytes;

constexpr Table kState = StateStore::kState;
constexpr Table kMeta = StateStore::kMeta;
/// In table meta beside the position record, written in the same batch: the sum's 2,048 bytes.
constexpr std::string_view kSumKey = "sum";

/// Old values are read so many at a time: enough for a store to overlap its reads.
constexpr std::size_t kReadBatch = 256;

constexpr std::array kOptions{
    OptionSpec{"store", OptionType::choice, "", "memory", kStoreChoices, "where the state lies"},
    kDirectOption,
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
    explicit LthashBackend(std::unique_ptr<StateStore> store) : store_(std::move(store)) {}

    /// First of all calls.
    Status read_sum();
    std::string commitment_scheme() const override { return std::string(kLthashScheme); }
    bool empty() const override { return store_->empty(); }
    Position persisted() const override { return store_->position(); }
    Status load(SortedState& state) override;
    Status stage(const StateDiff& diff) override;
    Status stage_keys(std::span<const KeyChange> changes) override;
    Result<Root> merkleize() override;
    Status persist(std::uint64_t block) override;
    Status reopen() override;
    Result<std::unique_ptr<StateReader>> open_reader() override { return store_->open_reader(); }
    void counters(CounterVisitor& visitor) const override {
        visitor.counter("hash_permutations", sum_.compressions());
        store_->counters(visitor);
    }
    void facts(FactVisitor& visitor) const override;

  private:
    Status read_old_values();
    void put_sum(Batch& batch) { batch.put(kMeta, as_bytes(kSumKey), sum_.bytes()); }

    std::unique_ptr<StateStore> store_;
    std::unique_ptr<StoreReader> old_values_;
    LatticeSum sum_;
    Root root_;  ///< of the staged block
    Arena arena_;
    std::vector<Step> steps_;
};

Status LthashBackend::read_sum() {
    auto reader = store_->open_store_reader();
    if (!reader) {
        return reader.error();
    }
    old_values_ = std::move(*reader);
    sum_.reset({});
    if (store_->empty()) {
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
    if (Root{sum_.checksum()} != store_->position().root) {
        return Error{ErrorCode::corrupt,
                     "the lattice sum in the data folder is not that of the root in its position "
                     "record: the folder is damaged, delete it and load again"};
    }
    return {};
}

Status LthashBackend::load(SortedState& state) {
    return store_->load(
        state,
        [this](const StateKey& key, ByteView value) {
            sum_.change(OutputSign::plus, key.view(), value);
        },
        [this](Batch& batch) {
            sum_.finish();
            put_sum(batch);
            return Root{sum_.checksum()};
        });
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
    Batch& batch = store_->batch();
    for (const Step& step : steps_) {
        if (step.deleted) {
            batch.erase(kState, step.key);
        } else {
            batch.put_borrowed(kState, step.key, step.new_value);
        }
    }
    put_sum(batch);
    return store_->commit({block, root_});
}

Status LthashBackend::reopen() {
    old_values_.reset();
    COMMITBENCH_TRY(store_->reopen());
    return read_sum();
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
    auto store = StateStore::open("lthash", options, resources);
    if (!store) {
        return store.error();
    }
    auto backend = std::make_unique<LthashBackend>(std::move(*store));
    COMMITBENCH_TRY(backend->read_sum());
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
