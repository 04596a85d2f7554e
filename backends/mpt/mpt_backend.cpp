// SPDX-License-Identifier: Apache-2.0
#include "backends/mpt/mpt_backend.hpp"

#include "backends/mpt/bulk_builder.hpp"
#include "backends/mpt/mpt_settings.hpp"
#include "backends/mpt/path_loader.hpp"
#include "backends/mpt/proof.hpp"
#include "backends/mpt/reference_trie.hpp"
#include "backends/mpt/state_reader.hpp"
#include "backends/mpt/trie_update.hpp"
#include "backends/store/position_record.hpp"
#include "backends/store/sorted_entries.hpp"
#include "harness/core/directory_claim.hpp"

#include <fmt/format.h>

namespace commitbench {
namespace {

using namespace mpt;

constexpr Table kNodes{0};
constexpr Table kState{1};
constexpr Table kMeta{2};
constexpr std::array kTables{TableSpec{.name = "nodes", .uniform_keys = true},
                             TableSpec{.name = "state", .uniform_keys = true},
                             TableSpec{.name = "meta"}};

/// A load hands its writes over in batches of about this many bytes: large enough that LMDB's one
/// sort and one transaction a batch cost nothing beside the writes, small beside any budget.
constexpr std::size_t kLoadBatchBytes = std::size_t{2} << 20;
/// Recursion is two frames a byte of key at most: this keeps it within the smallest usual stack (8
/// MiB), sanitizers included.
constexpr std::size_t kLongestKey = 1024;
constexpr std::size_t kLongestValue = std::size_t{16} << 20;

/// A block is loaded and applied in slices of about this many keys, so that what is loaded is still
/// in the cache next to the core when it is changed. 10,000 keys on 1,000,000: 7.2 ms with 256, 8.3
/// with 1,024, 9.7 in one piece; below 256 the levels get too short to overlap reads.
constexpr std::size_t kSliceKeys = 256;

/// Changes that share a first byte stay together: no slice splits what another one built.
std::span<const PathChange> first_slice(std::span<const PathChange> changes) {
    const auto first_byte = [](const PathChange& change) {
        return change.path.empty() ? -1 : int{change.path[0]};
    };
    std::size_t count = std::min(kSliceKeys, changes.size());
    while (count < changes.size() && first_byte(changes[count]) == first_byte(changes[count - 1])) {
        ++count;
    }
    return changes.first(count);
}

Root to_root(const Hash256& hash) {
    return Root{hash};
}

class MptBackend final : public Backend {
  public:
    MptBackend(Settings settings, CellResources resources)
        : settings_(std::move(settings)), resources_(std::move(resources)) {}

    Status open() {
        if (!in_memory() && !claimed_) {
            auto claim = DirectoryClaim::take(
                resources_.directory,
                fmt::format("commitbench mpt 1 store={} secure={}{}",
                            kStoreNames[static_cast<std::size_t>(settings_.store.kind)],
                            settings_.keys.secure ? "on" : "off",
                            settings_.keys.hash == TrieHash::blake3 ? " hash=blake3" : ""));
            if (!claim) {
                return claim.error();
            }
            claim_ = std::move(*claim);
            claimed_ = true;
        }
        if (store_ == nullptr) {
            auto store = open_store(settings_.store, kTables);
            if (!store) {
                return store.error();
            }
            store_ = std::move(*store);
        }
        auto reader = store_->open_reader();
        if (!reader) {
            return reader.error();
        }
        reader_ = std::move(*reader);
        batch_ = store_->new_batch();
        auto record = read_position(*reader_, kMeta);
        if (!record) {
            return record.error();
        }
        if (record->load == LoadState::started) {
            return load_was_cut_short(resources_.directory);
        }
        empty_ = record->load == LoadState::empty;
        position_ = empty_ ? Position{0, empty_root()} : record->position;
        return check_root_is_stored();
    }

    std::string commitment_scheme() const override {
        return std::string(scheme_of(settings_.keys.hash, settings_.keys.secure));
    }

    StateKey path_of(const StateKey& key) const override { return settings_.keys.path_of(key); }

    bool empty() const override { return empty_; }
    Position persisted() const override { return position_; }
    std::optional<std::size_t> key_length() const override { return std::nullopt; }

    Result<std::unique_ptr<StateReader>> open_reader() override {
        auto reader = store_->open_reader();
        if (!reader) {
            return reader.error();
        }
        const StateTables tables{.nodes = kNodes, .state = kState};
        return settings_.reads_through_trie
                   ? make_trie_reader(std::move(*reader), tables, settings_.keys, position_)
                   : make_flat_reader(std::move(*reader), tables, settings_.keys);
    }

    Status load(SortedState& state) override;
    Status stage(const StateDiff& diff) override;
    Status stage_keys(std::span<const KeyChange> changes) override;
    Result<Root> merkleize() override;
    Status persist(std::uint64_t block) override;

    Status reopen() override {
        reader_.reset();
        batch_.reset();
        if (!in_memory()) {
            store_.reset();
        }
        end_block();
        return open();
    }

    Result<Proof> prove(ByteView key) override {
        Hash256 room;
        return make_proof(position_.root.bytes, path_of(key, room), *reader_, kNodes,
                          settings_.keys.hash);
    }

    Result<Verdict> verify(const Root& root, ByteView key, const Proof& proof) const override {
        Hash256 room;
        return verify_proof(root.bytes, path_of(key, room), proof, settings_.keys.hash);
    }

    void counters(CounterVisitor& visitor) const override {
        visitor.counter("nodes_loaded", nodes_loaded_);
        visitor.counter("node_bytes_loaded", node_bytes_loaded_);
        visitor.counter("nodes_hashed", work_.nodes);
        visitor.counter("hash_permutations", work_.permutations);
        visitor.counter("nodes_written", nodes_written_);
        visitor.counter("node_bytes_written", node_bytes_written_);
        store_->counters(visitor);
    }

    void facts(FactVisitor& visitor) const override {
        visitor.fact("commitment_scheme", commitment_scheme(),
                     "backends of one scheme must agree on every root");
        hash_facts(settings_.hashing.hash, settings_.hashing.lanes, visitor);
        visitor.fact("stale_nodes", "kept",
                     "hash-keyed nodes may be shared; deleting them takes reference counts");
        visitor.fact("node_cache_across_blocks", "none",
                     "decoded nodes are dropped at block end: only the store's cache remembers");
        visitor.fact("working_set_bytes", std::to_string(largest_arena_),
                     "largest block's nodes, paths and encodings: outside the cache budget");
        store_->facts(visitor);
    }

  private:
    static constexpr std::array<std::string_view, 3> kStoreNames{"memory", "lmdb", "rocksdb"};

    [[nodiscard]] bool in_memory() const { return settings_.store.kind == StoreKind::memory; }

    [[nodiscard]] Root empty_root() const {
        return to_root(empty_trie_root(settings_.hashing.hash));
    }

    /// Of a key of any length. A hashed one lies in `room`.
    ByteView path_of(ByteView key, Hash256& room) const {
        if (!settings_.keys.secure) {
            return key;
        }
        room = hash_bytes(settings_.keys.hash, key);
        return room;
    }

    Status check_root_is_stored() {
        if (position_.root == empty_root()) {
            return {};
        }
        auto found = reader_->get(kNodes, position_.root.view());
        if (!found) {
            return found.error();
        }
        if (!found->has_value()) {
            return Error{ErrorCode::corrupt,
                         fmt::format("the data folder '{}' names a root that it does not hold: its "
                                     "files were changed; "
                                     "delete it and load again",
                                     resources_.directory.string())};
        }
        return {};
    }

    /// Applies changes_ (sorted by path) to the tree of the last block.
    Status apply_changes();

    /// Drops the block's tree.
    void end_block() {
        largest_arena_ = std::max(largest_arena_, arena_.capacity());
        changes_.clear();
        encoded_.clear();
        arena_.reset();
        root_ = {};
    }

    Settings settings_;
    CellResources resources_;
    DirectoryClaim claim_;
    bool claimed_ = false;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreReader> reader_;  // the trie's own reads
    std::unique_ptr<Batch> batch_;         // kept across blocks for its memory
    bool empty_ = true;
    Position position_;

    // One block's work.
    Arena arena_{kHugePageBytes};
    std::vector<PathChange> changes_;
    ChildRef root_;
    Hash256 new_root_{};
    std::vector<EncodedNode> encoded_;

    HashWork work_;
    std::uint64_t nodes_loaded_ = 0;
    std::uint64_t node_bytes_loaded_ = 0;
    std::uint64_t nodes_written_ = 0;
    std::uint64_t node_bytes_written_ = 0;
    std::size_t largest_arena_ = 0;
};

Status MptBackend::load(SortedState& state) {
    COMMITBENCH_TRY(mark_load_started(*store_, kMeta));
    const std::unique_ptr<Batch> batch = store_->new_batch();
    BulkBuilder builder(
        [&](const EncodedNode& node) -> Status {
            batch->put(kNodes, node.hash, node.rlp);
            ++nodes_written_;
            node_bytes_written_ += node.rlp.size();
            return {};
        },
        settings_.hashing.hash);
    const auto take = [&](const StateKey& key, ByteView value) -> Status {
        const StateKey path = path_of(key);
        COMMITBENCH_TRY(builder.add(path.view(), value));
        batch->put(kState, path.view(), value);
        return batch->bytes() < kLoadBatchBytes ? Status()
                                                : store_->commit(*batch, CommitMode::bulk);
    };
    COMMITBENCH_TRY(for_each_entry(state, take));
    auto root = builder.finish();
    if (!root) {
        return root.error();
    }
    COMMITBENCH_TRY(store_->commit(*batch, CommitMode::bulk));
    position_ = {0, to_root(*root)};
    COMMITBENCH_TRY(mark_load_complete(*store_, kMeta, position_));
    work_.nodes += builder.work().nodes;
    work_.permutations += builder.work().permutations;
    empty_ = false;
    return {};
}

Status MptBackend::stage(const StateDiff& diff) {
    changes_.reserve(diff.size());
    for (const Change& change : diff.changes()) {
        ByteView path = change.key.view();
        if (settings_.keys.secure) {
            path = arena_.copy(path_of(change.key).view());
        }
        changes_.push_back({path, change.deleted ? ByteView{} : change.new_value});
    }
    if (settings_.keys.secure) {
        std::ranges::sort(changes_, less, &PathChange::path);
    }
    return apply_changes();
}

Status MptBackend::stage_keys(std::span<const KeyChange> changes) {
    for (const KeyChange& change : changes) {
        if (change.key.size() > kLongestKey || change.value.size() > kLongestValue) {
            return bad_input(
                fmt::format("a key of {} bytes with a value of {}: mpt takes keys up to {} and "
                            "values up to {} bytes",
                            change.key.size(), change.value.size(), kLongestKey, kLongestValue));
        }
        Hash256 room;
        ByteView path = path_of(change.key, room);
        if (settings_.keys.secure) {
            path = arena_.copy(path);
        }
        changes_.push_back({path, change.deleted ? ByteView{} : ByteView(change.value)});
    }
    std::ranges::stable_sort(changes_, less, &PathChange::path);
    // The last change of a key wins: of equal paths keep the last.
    std::size_t kept = 0;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
        if (i + 1 == changes_.size() || !equal(changes_[i].path, changes_[i + 1].path)) {
            changes_[kept++] = changes_[i];
        }
    }
    changes_.resize(kept);
    return apply_changes();
}

Status MptBackend::apply_changes() {
    if (position_.root != empty_root()) {
        std::uint8_t* item = arena_.allocate(kHashItemSize);
        *item = kHashItem;
        std::memcpy(item + 1, position_.root.bytes.data(), position_.root.bytes.size());
        root_ = ChildRef::stored(item);
    }
    NodeLoader loader(arena_, *reader_, kNodes);
    TrieUpdate update(arena_, loader);
    for (std::span<const PathChange> rest = changes_; !rest.empty();) {
        const auto slice = first_slice(rest);
        rest = rest.subspan(slice.size());
        if (settings_.load_by_level) {
            COMMITBENCH_TRY(load_paths(loader, root_, slice));
        }
        COMMITBENCH_TRY(update.apply(root_, slice));
    }
    nodes_loaded_ += loader.loaded();
    node_bytes_loaded_ += loader.loaded_bytes();
    return {};
}

Result<Root> MptBackend::merkleize() {
    new_root_ = hash_trie(arena_, root_, encoded_, work_, settings_.hashing);
    return to_root(new_root_);
}

Status MptBackend::persist(std::uint64_t block) {
    // Borrowed: encodings live in the arena, values in the diff (which outlives persist,
    // backend.hpp) or the arena.
    for (const EncodedNode& node : encoded_) {
        batch_->put_borrowed(kNodes, node.hash, node.rlp);
        node_bytes_written_ += node.rlp.size();
    }
    nodes_written_ += encoded_.size();
    for (const PathChange& change : changes_) {
        if (change.path.size() != sizeof(StateKey)) {
            continue;  // keys of other lengths come from scripts alone and live in the trie alone
        }
        if (change.value.empty()) {
            batch_->erase(kState, change.path);
        } else {
            batch_->put_borrowed(kState, change.path, change.value);
        }
    }
    const Position next{block, to_root(new_root_)};
    put_position(*batch_, kMeta, next);
    COMMITBENCH_TRY(store_->commit(*batch_, resources_.durability == Durability::block
                                                ? CommitMode::durable
                                                : CommitMode::lazy));
    position_ = next;
    empty_ = false;
    end_block();
    return {};
}

Result<std::unique_ptr<Backend>> create(const Options& options, const CellResources& resources) {
    auto settings = settings_of(options, resources);
    if (!settings) {
        return settings.error();
    }
    auto backend = std::make_unique<MptBackend>(std::move(*settings), resources);
    COMMITBENCH_TRY(backend->open());
    return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace

const BackendComponent kMptComponent{
    .name = "mpt",
    .summary =
        "Ethereum's Merkle Patricia trie, hash-keyed nodes, no tricks: the honest naive baseline",
    .options = mpt::kOptions,
    .create = create,
};

}  // namespace commitbench
