// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/block_witness.hpp"
#include "backends/paged/kv_record_store.hpp"
#include "backends/paged/paged_settings.hpp"
#include "backends/paged/prover.hpp"
#include "backends/store/io_error.hpp"
#include "harness/core/directory_claim.hpp"
#include "harness/core/options.hpp"

#include <fmt/format.h>

namespace commitbench {
namespace {

using namespace paged;

/// A load goes through the tree like blocks, of about this many keys, or bytes where the values are
/// large: what one part leaves half full the next one fills.
constexpr std::size_t kLoadKeys = 100'000;
constexpr std::size_t kLoadBytes = std::size_t{16} << 20;
constexpr std::size_t kLongestValue = std::size_t{16} << 20;

class PagedBackend final : public Backend {
  public:
    PagedBackend(PagedSettings settings, CellResources resources)
        : settings_(std::move(settings)), resources_(std::move(resources)) {
        if (resources_.workers == nullptr) {
            resources_.workers = &own_pool_;
        }
    }

    Status open();
    std::string commitment_scheme() const override {
        return std::string(scheme_of(settings_.hash));
    }
    bool empty() const override { return !loaded_; }
    Position persisted() const override { return position_; }
    Result<std::unique_ptr<StateReader>> open_reader() override;
    Status load(SortedState& state) override;
    Status stage(const StateDiff& diff) override;
    Status stage_keys(std::span<const KeyChange> changes) override;
    Result<Root> merkleize() override;
    Status persist(std::uint64_t block) override;
    Status reopen() override;
    Result<Proof> prove(ByteView key) override;
    Result<Verdict> verify(const Root& root, ByteView key, const Proof& proof) const override;
    void counters(CounterVisitor& visitor) const override;
    void facts(FactVisitor& visitor) const override;

  private:
    [[nodiscard]] bool resident() const { return settings_.store == "memory"; }
    Status open_store();
    Status open_tree();
    Status load_part(std::span<const KeyWrite> writes);
    Status check_resident_size() const;
    Result<std::unique_ptr<TreeReader>> open_tree_reader(std::shared_ptr<ReadLog> log = nullptr);
    Status open_witness();
    Status stage_writes();

    PagedSettings settings_;
    CellResources resources_;
    WorkerPool own_pool_{1};
    DirectoryClaim claim_;
    bool claimed_ = false;
    std::unique_ptr<RecordStore> store_;  // null: memory
    std::unique_ptr<Tree> tree_;
    std::optional<BlockWitness> witness_;         // witness=on
    std::unique_ptr<TreeReader> witness_reader_;  // what the witness is made from
    bool loaded_ = false;
    Position position_;
    std::uint64_t prepopulated_pages_ = 0;
    Root next_root_;
    std::vector<KeyWrite> writes_;  // of the block under way, sorted
};

Status PagedBackend::open() {
    if (!resident() && !claimed_) {
        auto claim = DirectoryClaim::take(resources_.directory,
                                          fmt::format("commitbench paged 1 store={} hash={}",
                                                      settings_.store, scheme_of(settings_.hash)));
        if (!claim) {
            return claim.error();
        }
        claim_ = std::move(*claim);
        claimed_ = true;
    }
    if (!resident()) {
        COMMITBENCH_TRY(open_store());
    }
    COMMITBENCH_TRY(open_tree());
    return settings_.witness ? open_witness() : Status();
}

Status PagedBackend::open_store() {
    if (settings_.store == "file") {
        auto file = open_file_record_store({.directory = resources_.directory,
                                            .durability = resources_.durability,
                                            .io = settings_.io,
                                            .queue_depth = settings_.queue_depth,
                                            .direct = settings_.direct},
                                           settings_.cache_bytes);
        if (!file) {
            return file.error();
        }
        store_ = std::move(*file);
        return {};
    }
    auto store = open_kv_record_store({.kind = store_kind(settings_.store),
                                       .directory = resources_.directory,
                                       .memory_budget = settings_.engine_bytes,
                                       .direct = settings_.direct},
                                      resources_.durability);
    if (!store) {
        return store.error();
    }
    store_ = std::move(*store);
    return {};
}

Status PagedBackend::open_tree() {
    tree_ = std::make_unique<Tree>(
        TreeSettings{
            .hash = settings_.hash,
            .limit = settings_.limit,
            .cache_bytes = settings_.cache_bytes,
        },
        *resources_.workers, store_.get());
    const auto stored = store_ == nullptr ? std::nullopt : store_->stored();
    COMMITBENCH_TRY(tree_->open(stored.value_or(StoredTree{})));
    loaded_ = stored.has_value();
    position_ = stored ? stored->position : Position{};
    if (store_ == nullptr) {
        return {};
    }
    if (settings_.prepopulate) {
        const auto pages = tree_->prepopulate();
        if (!pages) {
            return pages.error();
        }
        prepopulated_pages_ = *pages;
    }
    return store_->replay([this](std::uint64_t block, const Root& root,
                                 std::span<const KeyWrite> writes) -> Status {
        COMMITBENCH_TRY(tree_->stage(writes));
        const auto node = tree_->merkleize();
        if (!node) {
            return node.error();
        }
        if (node->bytes != root.bytes) {
            return Error{ErrorCode::corrupt,
                         fmt::format("applying block {} of the log again gives another root than "
                                     "was written with it: the data folder's files were changed; "
                                     "load the state anew",
                                     block)};
        }
        tree_->end_block();
        loaded_ = true;
        position_ = {block, root};
        return {};
    });
}

Status PagedBackend::open_witness() {
    if (!witness_) {
        witness_.emplace(tree_->hasher());
    }
    auto reader = open_tree_reader();
    if (!reader) {
        return reader.error();
    }
    witness_reader_ = std::move(*reader);
    return {};
}

Result<std::unique_ptr<TreeReader>> PagedBackend::open_tree_reader(std::shared_ptr<ReadLog> log) {
    std::unique_ptr<RecordReader> records;
    if (store_ != nullptr) {
        auto opened = store_->open_reader();
        if (!opened) {
            return opened.error();
        }
        records = std::move(*opened);
    }
    return std::make_unique<TreeReader>(*tree_, std::move(records), std::move(log));
}

Result<std::unique_ptr<StateReader>> PagedBackend::open_reader() {
    auto reader = open_tree_reader(witness_ ? witness_->open_log() : nullptr);
    if (!reader) {
        return reader.error();
    }
    return std::unique_ptr<StateReader>(std::move(*reader));
}

Status PagedBackend::check_resident_size() const {
    const std::uint64_t held = tree_->memory().held();
    if (resident() && held > resident_limit(resources_.memory_budget)) {
        return state_does_not_fit(held, resources_.memory_budget);
    }
    return {};
}

Status PagedBackend::load(SortedState& state) {
    if (store_ != nullptr) {
        COMMITBENCH_TRY(store_->begin_load());
    }
    Arena values(std::size_t{2} << 20);
    std::vector<KeyWrite> writes;
    std::size_t bytes = 0;
    StateKey key;
    ByteView value;
    while (true) {
        auto more = state.next(key, value);
        if (!more) {
            return more.error();
        }
        if (*more) {
            writes.push_back({key, values.copy(value), false});
            bytes += value.size();
        }
        if (!*more || writes.size() == kLoadKeys || bytes >= kLoadBytes) {
            COMMITBENCH_TRY(load_part(writes));
            writes.clear();
            values.reset();
            bytes = 0;
        }
        if (!*more) {
            break;
        }
    }
    position_ = {0, Root{tree_->root().bytes}};
    loaded_ = true;
    if (store_ != nullptr) {
        COMMITBENCH_TRY(store_->commit_load(*tree_, position_.root));
        tree_->end_block();
    }
    return {};
}

Status PagedBackend::load_part(std::span<const KeyWrite> writes) {
    COMMITBENCH_TRY(tree_->stage(writes));
    const auto root = tree_->merkleize();
    if (!root) {
        return root.error();
    }
    COMMITBENCH_TRY(check_resident_size());
    const bool full = store_ != nullptr && tree_->changed_bytes() > settings_.cache_bytes / 4;
    COMMITBENCH_TRY(full ? store_->write_part_of_load(*tree_) : Status());
    full ? tree_->end_load_part() : tree_->end_block();
    return {};
}

Status PagedBackend::stage(const StateDiff& diff) {
    // They get up while the changes are taken over.
    resources_.workers->rouse();
    writes_.reserve(diff.size());
    for (const Change& change : diff.changes()) {
        writes_.push_back(
            {change.key, change.deleted ? ByteView{} : change.new_value, change.deleted});
    }
    return stage_writes();
}

Status PagedBackend::stage_keys(std::span<const KeyChange> changes) {
    for (const KeyChange& change : changes) {
        if (change.key.size() != sizeof(StateKey)) {
            return key_must_have_32_bytes("paged", change.key.size());
        }
        if (change.value.size() > kLongestValue) {
            return bad_input(
                fmt::format("a value of {} bytes: paged takes values of up to {} bytes",
                            change.value.size(), kLongestValue));
        }
        writes_.push_back({StateKey::from(change.key),
                           change.deleted ? ByteView{} : ByteView(change.value), change.deleted});
    }
    std::ranges::stable_sort(writes_, {}, &KeyWrite::key);
    // The last change of a key wins: of equal keys keep the last.
    std::size_t kept = 0;
    for (std::size_t i = 0; i < writes_.size(); ++i) {
        if (i + 1 == writes_.size() || writes_[i].key != writes_[i + 1].key) {
            writes_[kept++] = writes_[i];
        }
    }
    writes_.resize(kept);
    return stage_writes();
}

Status PagedBackend::stage_writes() {
    COMMITBENCH_TRY(tree_->stage(writes_));
    if (!witness_) {
        return {};
    }
    // After the tree's stage, which reads in batches what most of the proof needs.
    Prover prover(tree_->hasher(), *witness_reader_);
    return witness_->make(prover, tree_->root(), writes_);
}

Result<Root> PagedBackend::merkleize() {
    const auto node = tree_->merkleize();
    if (!node) {
        return node.error();
    }
    if (witness_) {
        COMMITBENCH_TRY(witness_->check(Node{position_.root.bytes}, writes_, *node));
    }
    next_root_ = Root{node->bytes};
    return next_root_;
}

Status PagedBackend::persist(std::uint64_t block) {
    COMMITBENCH_TRY(check_resident_size());
    if (store_ != nullptr) {
        COMMITBENCH_TRY(store_->commit_block(block, next_root_, writes_, *tree_));
    }
    tree_->end_block();
    writes_.clear();
    position_ = {block, next_root_};
    loaded_ = true;
    return {};
}

Status PagedBackend::reopen() {
    if (witness_) {
        witness_->forget_logs();
    }
    if (resident()) {
        return {};
    }
    witness_reader_.reset();
    tree_.reset();
    store_.reset();
    return open();
}

Result<Proof> PagedBackend::prove(ByteView key) {
    if (key.size() != sizeof(StateKey)) {
        return key_must_have_32_bytes("paged", key.size());
    }
    auto reader = open_tree_reader();
    if (!reader) {
        return reader.error();
    }
    const StateKey wanted = StateKey::from(key);
    Prover prover(tree_->hasher(), **reader);
    auto proof = prove_key(prover, wanted);
    if (!proof) {
        return proof.error();
    }
    const auto value = (*reader)->get(wanted);
    if (!value) {
        return value.error();
    }
    return encode_path_proof(*proof, wanted, value->value_or(ByteView{}));
}

Result<Verdict> PagedBackend::verify(const Root& root, ByteView key, const Proof& proof) const {
    if (key.size() != sizeof(StateKey)) {
        return key_must_have_32_bytes("paged", key.size());
    }
    return verify_path_items(tree_->hasher(), Node{root.bytes}, StateKey::from(key), proof);
}

void PagedBackend::counters(CounterVisitor& visitor) const {
    visitor.counter("hash_permutations", tree_->work().needed);
    visitor.counter("hash_permutations_done", tree_->work().compressions);
    visitor.gauge("tree_bytes", tree_->memory().in_use());
    if (witness_) {
        witness_->counters(visitor);
    }
    if (store_ != nullptr) {
        store_->counters(visitor);
    }
}

void PagedBackend::facts(FactVisitor& visitor) const {
    visitor.fact("commitment_scheme", commitment_scheme(),
                 "backends of one scheme must agree on every root");
    visitor.fact(
        "hash_permutation_ns", fmt::format("{:.2f}", tree_->hasher().measure_compression_ns()),
        "cost of one compression in full lanes here and now: times hash_permutations it is "
        "the hash floor");
    visitor.fact("bucket_leaves", std::to_string(settings_.limit.leaves),
                 "sub-trees of up to so many leaves are one record with their values");
    if (witness_) {
        BlockWitness::facts(visitor);
    }
    if (resident()) {
        visitor.fact("store", "memory", "pages and buckets in this process");
        visitor.fact("store_sync", "none",
                     "nothing here survives the process, whatever the durability");
    } else {
        visitor.fact("tree_cache", format_size(settings_.cache_bytes),
                     "pages and buckets kept between blocks; a block's own come on top");
        visitor.fact("prepopulated_pages", std::to_string(prepopulated_pages_),
                     "pages read on opening, before the first block");
        store_->facts(visitor);
    }
}

}  // namespace

Result<std::unique_ptr<Backend>> open_paged_backend(PagedSettings settings,
                                                    const CellResources& resources) {
    auto backend = std::make_unique<PagedBackend>(std::move(settings), resources);
    COMMITBENCH_TRY(backend->open());
    return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace commitbench
