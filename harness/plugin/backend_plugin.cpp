// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/backend_plugin.hpp"

#include "harness/core/directory_claim.hpp"
#include "harness/plugin/calls.hpp"
#include "harness/plugin/change_bridge.hpp"
#include "harness/plugin/library.hpp"

#include <cstddef>
#include <map>

namespace commitbench::plugin {
namespace {

class PluginReader final : public StateReader {
  public:
    PluginReader(const cb_backend_interface& table, void* reader)
        : table_(table), reader_(reader) {}
    PluginReader(const PluginReader&) = delete;
    PluginReader& operator=(const PluginReader&) = delete;
    ~PluginReader() override { table_.reader_close(reader_); }

    Result<std::optional<ByteView>> get(const StateKey& key) override {
        cb_bytes value{};
        std::int32_t present = 0;
        if (const cb_code code = get_(reader_, key_of(key), &value, &present, &error_);
            code != CB_OK) [[unlikely]] {
            return failed(code);
        }
        return present == 0 ? std::nullopt : std::optional(view_of(value));
    }

  private:
    // Not in get(), whose every instruction counts: in a tree that is larger than the processor's
    // caches, a call reaches into the misses of the one before.
    [[gnu::noinline, gnu::cold]] Error failed(cb_code code) {
        Error error = error_of(table_.name, "reader_get", code, error_);
        error_.message[0] = '\0';
        return error;
    }

    const cb_backend_interface& table_;
    decltype(cb_backend_interface::reader_get) get_ = table_.reader_get;
    void* reader_;
    cb_error error_{};
};

/// The sorted state in batches, whose bytes are kept until the next.
class Batches {
  public:
    explicit Batches(SortedState& state)
        : state_(state),
          source_{.struct_size = sizeof(cb_sorted_state),
                  .context = this,
                  .size = state.size(),
                  .next = &Batches::next} {}

    [[nodiscard]] const cb_sorted_state* source() const noexcept { return &source_; }
    [[nodiscard]] const Status& failure() const noexcept { return failure_; }
    [[nodiscard]] std::uint64_t given() const noexcept { return given_; }

  private:
    // Of keys, so that a plug-in that asks for all does not get all.
    static constexpr std::size_t kMost = 4096;

    static std::int64_t next(void* context,
                             std::size_t most,
                             const cb_key** keys,
                             const cb_bytes** values) {
        return static_cast<Batches*>(context)->fill(most, keys, values);
    }

    std::int64_t fill(std::size_t most, const cb_key** keys, const cb_bytes** values) {
        keys_.clear();
        ends_.clear();
        bytes_.clear();
        StateKey key;
        ByteView value;
        while (keys_.size() < std::min(most, kMost)) {
            const auto more = state_.next(key, value);
            if (!more) {
                failure_ = more.error();
                return -1;
            }
            if (!*more) {
                break;
            }
            keys_.push_back(key);
            bytes_.insert(bytes_.end(), value.begin(), value.end());
            ends_.push_back(bytes_.size());
        }
        values_.clear();
        std::size_t begin = 0;
        for (const std::size_t end : ends_) {
            values_.push_back({bytes_.data() + begin, end - begin});
            begin = end;
        }
        *keys = keys_.empty() ? nullptr : key_of(keys_.front());
        *values = values_.data();
        given_ += keys_.size();
        return static_cast<std::int64_t>(keys_.size());
    }

    SortedState& state_;
    cb_sorted_state source_;
    Status failure_;
    std::vector<StateKey> keys_;
    std::vector<std::size_t> ends_;
    Bytes bytes_;
    std::vector<cb_bytes> values_;
    std::uint64_t given_ = 0;
};

class PluginBackend final : public Backend {
  public:
    PluginBackend(const Offer<cb_backend_interface>& offer, const CellResources& resources)
        : origin_(offer.origin),
          library_(offer.library),
          table_(offer.table),
          host_(resources.workers),
          folder_(resources.directory),
          directory_(keeps_files() ? folder_ / kFiles : folder_),
          resources_{.struct_size = sizeof(cb_resources),
                     .durability = resources.durability == Durability::block ? CB_DURABILITY_BLOCK
                                                                             : CB_DURABILITY_NONE,
                     .memory_budget = resources.memory_budget,
                     .directory = directory_.c_str(),
                     .host = host_.get()} {}
    PluginBackend(const PluginBackend&) = delete;
    PluginBackend& operator=(const PluginBackend&) = delete;
    ~PluginBackend() override {
        if (backend_ != nullptr) {
            table_.close(backend_);
        }
    }

    Status open(const Options& options) {
        COMMITBENCH_TRY(claim_folder());
        const Settings settings(options);
        COMMITBENCH_TRY(invoke(table_.name, "open", [&](cb_error* error) {
            return table_.open(settings.data(), settings.size(), &resources_, &backend_, error);
        }));
        if (backend_ == nullptr) {
            return Error{ErrorCode::plug_in,
                         fmt::format("plug-in {}: open: says that it is open and gives no backend",
                                     table_.name)};
        }
        const char* scheme = table_.scheme(backend_);
        if (scheme == nullptr || *scheme == '\0') {
            return Error{
                ErrorCode::plug_in,
                fmt::format("plug-in {}: scheme: gives none; one without a root says \"none\"",
                            table_.name)};
        }
        scheme_ = scheme;
        return take_position();
    }

    std::string commitment_scheme() const override { return scheme_; }

    StateKey path_of(const StateKey& key) const override {
        if (table_.paths_of == nullptr) {
            return key;
        }
        cb_key path;
        table_.paths_of(backend_, key_of(key), 1, &path);
        return key_of(&path);
    }

    bool empty() const override { return empty_; }
    Position persisted() const override { return position_; }

    Status load(SortedState& state) override {
        Batches batches(state);
        const Status loaded = invoke(table_.name, "load", [&](cb_error* error) {
            return table_.load(backend_, batches.source(), error);
        });
        if (!batches.failure().ok()) {
            return batches.failure();
        }
        COMMITBENCH_TRY(loaded);
        if (batches.given() != state.size()) {
            return Error{ErrorCode::plug_in,
                         fmt::format("plug-in {}: load: says that it is done after {} of {} keys",
                                     table_.name, batches.given(), state.size())};
        }
        return take_position();
    }

    Status stage(const StateDiff& diff) override {
        const auto changes = diff.changes();
        return invoke(table_.name, "stage", [&](cb_error* error) {
            return table_.stage(backend_, changes_of(changes), changes.size(), error);
        });
    }

    Status stage_keys(std::span<const KeyChange> changes) override {
        if (table_.stage_keys == nullptr) {
            return stage_as_diff(changes);
        }
        script_.clear();
        for (const KeyChange& change : changes) {
            script_.push_back({bytes_of(change.key), bytes_of(change.value),
                               static_cast<std::uint8_t>(change.deleted ? 1 : 0)});
        }
        return invoke(table_.name, "stage_keys", [&](cb_error* error) {
            return table_.stage_keys(backend_, script_.data(), script_.size(), error);
        });
    }

    std::optional<std::size_t> key_length() const override {
        return table_.stage_keys == nullptr ? Backend::key_length() : std::nullopt;
    }

    Result<Root> merkleize() override {
        COMMITBENCH_TRY(invoke(table_.name, "merkleize", [&](cb_error* error) {
            return table_.merkleize(backend_, merkleized_.bytes.data(), error);
        }));
        return merkleized_;
    }

    Status persist(std::uint64_t block) override {
        COMMITBENCH_TRY(invoke(table_.name, "persist", [&](cb_error* error) {
            return table_.persist(backend_, block, error);
        }));
        position_ = {block, merkleized_};
        empty_ = false;
        return {};
    }

    Status reopen() override {
        COMMITBENCH_TRY(invoke(table_.name, "reopen",
                               [&](cb_error* error) { return table_.reopen(backend_, error); }));
        return take_position();
    }

    Result<std::unique_ptr<StateReader>> open_reader() override {
        void* reader = nullptr;
        COMMITBENCH_TRY(invoke(table_.name, "reader_open", [&](cb_error* error) {
            return table_.reader_open(backend_, &reader, error);
        }));
        return std::unique_ptr<StateReader>(std::make_unique<PluginReader>(table_, reader));
    }

    Result<Proof> prove(ByteView key) override {
        if (table_.prove == nullptr) {
            return Backend::prove(key);
        }
        Proof proof;
        COMMITBENCH_TRY(invoke(table_.name, "prove", [&](cb_error* error) {
            return table_.prove(
                backend_, bytes_of(key),
                [](void* context, cb_bytes item) {
                    static_cast<Proof*>(context)->items.emplace_back(item.data,
                                                                     item.data + item.size);
                },
                &proof, error);
        }));
        return proof;
    }

    Result<Verdict> verify(const Root& root, ByteView key, const Proof& proof) const override {
        if (table_.verify == nullptr) {
            return Backend::verify(root, key, proof);
        }
        std::vector<cb_bytes> items;
        for (const Bytes& item : proof.items) {
            items.push_back(bytes_of(item));
        }
        std::int32_t valid = 0;
        std::int32_t present = 0;
        cb_bytes value{};
        COMMITBENCH_TRY(invoke(table_.name, "verify", [&](cb_error* error) {
            return table_.verify(backend_, root.bytes.data(), bytes_of(key), items.data(),
                                 items.size(), &valid, &present, &value, error);
        }));
        Verdict verdict{.valid = valid != 0};
        if (verdict.valid && present != 0) {
            verdict.value.emplace(value.data, value.data + value.size);
        }
        return verdict;
    }

    void counters(CounterVisitor& visitor) const override {
        visit_counters(table_.counters, backend_, visitor);
    }
    void facts(FactVisitor& visitor) const override {
        visitor.fact("plugin", origin_, "");
        visit_facts(table_.facts, backend_, visitor);
    }

  private:
    /// What plugin.h promises of a plug-in without stage_keys: scripts whose keys have 32 bytes.
    Status stage_as_diff(std::span<const KeyChange> changes) {
        // The last change of a key wins.
        std::map<StateKey, const KeyChange*> last;
        for (const KeyChange& change : changes) {
            if (change.key.size() != sizeof(StateKey)) {
                return bad_input(fmt::format("a key of {} bytes: the keys of {} have {}",
                                             change.key.size(), table_.name, sizeof(StateKey)));
            }
            last[StateKey::from(change.key)] = &change;
        }
        script_diff_.clear();
        for (const auto& [key, change] : last) {
            // The caller keeps the values until persist, as a StateDiff's are kept.
            script_diff_.add_placed(
                {.key = key,
                 .old_value = {},
                 .new_value = change->deleted ? ByteView{} : ByteView(change->value),
                 .old_state = OldState::unknown,
                 .deleted = change->deleted});
        }
        return stage(script_diff_);
    }

    // What lies in the folder that the host claims, and is the plug-in's own.
    static constexpr const char* kFiles = "files";

    [[nodiscard]] bool keeps_files() const { return (table_.flags & CB_KEEPS_FILES) != 0; }

    /// As built-in backends do: one process at a time, and only for the plug-in that made the
    /// files. Which options its files depend on only the plug-in knows.
    Status claim_folder() {
        if (!keeps_files()) {
            return {};
        }
        auto claim = DirectoryClaim::take(
            folder_, fmt::format("commitbench plug-in {} of {}", table_.name, library_));
        if (!claim) {
            return claim.error();
        }
        claim_ = std::move(*claim);
        std::error_code failure;
        std::filesystem::create_directory(directory_, failure);
        if (failure) {
            return bad_input(
                fmt::format("the data folder '{}' cannot be written ({}): check its "
                            "permissions and the free space",
                            folder_.string(), failure.message()));
        }
        return {};
    }

    Status take_position() {
        cb_position position{};
        COMMITBENCH_TRY(invoke(table_.name, "position", [&](cb_error* error) {
            return table_.position(backend_, &position, error);
        }));
        empty_ = position.empty != 0;
        position_.block = position.block;
        position_.root = Root::from(
            ByteView(static_cast<const std::uint8_t*>(position.root), sizeof position.root));
        return {};
    }

    const std::string& origin_;
    const std::string& library_;
    const cb_backend_interface& table_;
    Host host_;
    std::filesystem::path folder_;
    std::filesystem::path directory_;
    DirectoryClaim claim_;
    cb_resources resources_;
    void* backend_ = nullptr;
    std::string scheme_;
    bool empty_ = true;
    Position position_;
    Root merkleized_;
    std::vector<cb_key_change> script_;
    StateDiff script_diff_;  // until persist has returned
};

}  // namespace

Result<std::unique_ptr<Backend>> create_backend(const void* knowledge,
                                                const Options& options,
                                                const CellResources& resources) {
    const auto& offer = *static_cast<const Offer<cb_backend_interface>*>(knowledge);
    if (!views_lie_as_bytes()) {
        return Error{ErrorCode::unsupported,
                     "this commitbench was built with a standard library whose spans are not "
                     "pointer and size: plug-ins cannot be used"};
    }
    auto backend = std::make_unique<PluginBackend>(offer, resources);
    COMMITBENCH_TRY(backend->open(options));
    return std::unique_ptr<Backend>(std::move(backend));
}

bool keeps_files(const cb_backend_interface& table, const Options& options) {
    if (table.keeps_files == nullptr) {
        return (table.flags & CB_KEEPS_FILES) != 0;
    }
    const Settings settings(options);
    return table.keeps_files(settings.data(), settings.size()) != 0;
}

}  // namespace commitbench::plugin
