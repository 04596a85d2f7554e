// SPDX-License-Identifier: Apache-2.0
#include "tests/run/toy_components.hpp"

#include "harness/run/observed_block.hpp"
#include "harness/run/result_line.hpp"
#include "tests/executors/random_block.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace commitbench::testing {

std::uint64_t toy_code_version = 0;

std::atomic<bool>& toy_interrupt() {
    static std::atomic<bool> flag{false};
    return flag;
}

namespace {

// --- workload ---

constexpr std::array kWorkloadOptions = std::to_array<OptionSpec>({
    {"keys", OptionType::integer, "keys", "300", "1..100000", "Keys of the first state."},
    {"transactions", OptionType::integer, "", "30", "0..10000", "Transactions a block."},
    {"limit", OptionType::integer, "blocks", "0", "", "Blocks there are; 0: endless."},
    {"interrupt_at", OptionType::integer, "", "0", "", "Interrupts while making this block."},
    {"repeat_key", OptionType::boolean, "", "off", "", "Gives one key twice."},
});

class ToyWorkload final : public Workload {
  public:
    ToyWorkload(const Options& options, std::uint64_t seed) : options_(options), seed_(seed) {}
    [[nodiscard]] std::uint64_t state_size() const override { return options_.integer("keys"); }
    [[nodiscard]] StateKey key(std::uint64_t index) const override {
        return test_key(options_.boolean("repeat_key") && index == 1 ? 0 : index);
    }
    void value(std::uint64_t index, Bytes& value) const override {
        value = ScriptBlock::value_of(seed_ * 1000003 + index);
    }
    [[nodiscard]] std::uint64_t block_limit() const override {
        const std::uint64_t limit = options_.integer("limit");
        return limit == 0 ? UINT64_MAX : limit;
    }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override {
        if (number == options_.integer("interrupt_at")) {
            toy_interrupt() = true;
        }
        // A quarter of the keys that blocks name is not in the first state.
        return std::unique_ptr<Block>(std::make_unique<ScriptBlock>(
            number, random_transactions(seed_ * 7919 + number + toy_code_version * 104729,
                                        options_.integer("transactions"),
                                        options_.integer("keys") * 5 / 4 + 1)));
    }
    void facts(FactVisitor& visitor) const override { visitor.fact("skew", "none", "a toy"); }

  private:
    Options options_;
    std::uint64_t seed_;
};

// --- backend and tree ---

using Words = std::array<std::uint64_t, 4>;

/// What an entry adds to, or takes from, the root.
void flip(Words& words, const StateKey& key, ByteView value) {
    std::uint64_t mixed = key.prefix();
    for (const std::uint8_t byte : value) {
        mixed = ScriptBlock::mix(mixed, byte);
    }
    for (std::uint64_t& word : words) {
        mixed = ScriptBlock::mix(mixed, value.size() + 1);
        word ^= mixed;
    }
}

Root root_of(const StateMap& state) {
    Words words{};
    for (const auto& [key, value] : state) {
        flip(words, key, value);
    }
    Root root;
    std::memcpy(root.bytes.data(), words.data(), sizeof words);
    return root;
}

void apply_change(StateMap& state, const Change& change) {
    if (change.deleted) {
        state.erase(change.key);
    } else {
        state[change.key] = Bytes(change.new_value.begin(), change.new_value.end());
    }
}

bool makes_a_difference(const StateMap& state, const Change& change) {
    const auto found = state.find(change.key);
    return found == state.end() ? !change.deleted
                                : change.deleted || !equal(found->second, change.new_value);
}

class ToyTree final : public ReferenceTree {
  public:
    void apply(const StateDiff& diff) override {
        for (const Change& change : diff.changes()) {
            apply_change(state_, change);
        }
    }
    Root root() override { return root_of(state_); }

  private:
    StateMap state_;
};

constexpr std::array kBackendOptions = std::to_array<OptionSpec>({
    {"fault", OptionType::choice, "", "none",
     "none|wrong_root|lost_write|lost_last_write|full|wrong_position|no_tree|not_empty",
     "What it "
     "does wrong."},
    {"at", OptionType::integer, "", "3", "", "In which block."},
});

class ToyBackend final : public Backend {
  public:
    explicit ToyBackend(const Options& options)
        : fault_(options.text("fault")), at_(options.integer("at")) {}

    [[nodiscard]] std::string commitment_scheme() const override {
        return fault_ == "no_tree" ? "unheard-of" : fault_ == "lost_last_write" ? "none" : "toy";
    }
    /// Backwards, so that the order of loading is not the order of keys.
    [[nodiscard]] StateKey path_of(const StateKey& key) const override {
        StateKey path = key;
        for (std::uint8_t& byte : path.bytes) {
            byte = static_cast<std::uint8_t>(~byte);
        }
        return path;
    }
    [[nodiscard]] bool empty() const override { return fault_ != "not_empty"; }
    [[nodiscard]] Position persisted() const override { return position_; }

    Status load(SortedState& state) override {
        StateKey key;
        StateKey last;
        ByteView value;
        while (true) {
            auto more = state.next(key, value);
            if (!more) {
                return more.error();
            }
            if (!*more) {
                break;
            }
            if (!state_.empty()) {
                EXPECT_LT(last, path_of(key)) << "paths must ascend strictly";
            }
            last = path_of(key);
            state_[key] = Bytes(value.begin(), value.end());
        }
        EXPECT_EQ(state_.size(), state.size());
        position_ = {0, scheme_root()};
        return {};
    }

    Status stage(const StateDiff& diff) override {
        staged_ = state_;
        ++block_;
        bool lose = block_ == at_ && (fault_ == "lost_write" || fault_ == "lost_last_write");
        for (const Change& change : diff.changes()) {
            // The first that makes a difference: nobody misses the deletion of what is absent.
            if (lose && makes_a_difference(staged_, change)) {
                lose = false;
            } else {
                apply_change(staged_, change);
            }
        }
        return {};
    }
    Result<Root> merkleize() override {
        root_ = commitment_scheme() == "none" ? Root{} : root_of(staged_);
        if (fault_ == "wrong_root" && block_ == at_) {
            root_.bytes[31] ^= 1;
        }
        permutations_ += staged_.size();
        return root_;
    }
    Status persist(std::uint64_t block) override {
        if (fault_ == "full" && block == at_) {
            return Error{ErrorCode::does_not_fit, "the toy is full"};
        }
        state_ = std::move(staged_);
        position_ = {fault_ == "wrong_position" && block == at_ ? block - 1 : block, root_};
        return {};
    }
    Status reopen() override {
        ++generation_;
        return {};
    }
    Result<std::unique_ptr<StateReader>> open_reader() override {
        return std::unique_ptr<StateReader>(std::make_unique<Reader>(*this));
    }
    void counters(CounterVisitor& visitor) const override {
        visitor.counter("hash_permutations", permutations_);
        visitor.counter("reads", 5);  // a name that the executor has too
        visitor.counter("reopened", generation_);
    }
    void facts(FactVisitor& visitor) const override {
        visitor.fact("hash_permutation_ns", "0.5", "made up");
    }

  private:
    class Reader final : public StateReader {
      public:
        explicit Reader(ToyBackend& backend)
            : backend_(backend), generation_(backend.generation_) {}
        ~Reader() override {
            EXPECT_EQ(generation_, backend_.generation_) << "a reader outlived reopen()";
        }
        Result<std::optional<ByteView>> get(const StateKey& key) override {
            const auto found = backend_.state_.find(key);
            return found == backend_.state_.end() ? std::optional<ByteView>()
                                                  : std::optional<ByteView>(found->second);
        }

      private:
        ToyBackend& backend_;
        std::uint64_t generation_;
    };

    [[nodiscard]] Root scheme_root() const {
        return commitment_scheme() == "none" ? Root{} : root_of(state_);
    }

    std::string fault_;
    std::uint64_t at_;
    StateMap state_;
    StateMap staged_;
    Root root_;
    Position position_;
    std::uint64_t block_ = 0;
    std::uint64_t permutations_ = 0;
    std::uint64_t generation_ = 0;
};

// --- executors ---

constexpr std::array kExecutorOptions = std::to_array<OptionSpec>({
    {"fault", OptionType::choice, "", "loses", "loses|receipt|unsorted", "What it does wrong."},
});

class FaultyExecutor final : public Executor {
  public:
    explicit FaultyExecutor(std::string fault) : fault_(std::move(fault)) {
        const auto choice = executor_choice("sequential");
        inner_ = std::move(*choice.component->create(choice.options, {}));
    }
    Status prepare(StateSource& state) override { return inner_->prepare(state); }
    Result<const BlockResult*> execute(const Block& block) override {
        auto result = inner_->execute(block);
        if (!result || block.number() != 3) {
            return result;
        }
        result_.clear();
        const auto changes = (*result)->diff.changes();
        for (std::size_t i = 0; i < changes.size(); ++i) {
            // "unsorted" swaps the first two.
            const std::size_t from = fault_ == "unsorted" && i < 2 ? 1 - i : i;
            if (fault_ != "loses" || i != changes.size() / 2) {
                result_.diff.add_placed(changes[from]);
            }
        }
        result_.receipts = (*result)->receipts;
        if (fault_ == "receipt") {
            result_.receipts[7].digest ^= 1;
        }
        return &result_;
    }
    void counters(CounterVisitor& visitor) const override { inner_->counters(visitor); }
    void facts(FactVisitor& visitor) const override { inner_->facts(visitor); }

  private:
    std::string fault_;
    std::unique_ptr<Executor> inner_;
    BlockResult result_;
};

Result<std::unique_ptr<Workload>> create_workload(const Options& options, std::uint64_t seed) {
    return std::unique_ptr<Workload>(std::make_unique<ToyWorkload>(options, seed));
}
Result<std::unique_ptr<Backend>> create_backend(const Options& options, const CellResources&) {
    return std::unique_ptr<Backend>(std::make_unique<ToyBackend>(options));
}
/// Executes the block as it came, after comparing what the transactions touch with what they
/// declared. What an executor may rely on: receive() first, and the same block in both calls.
class DeclaredExecutor final : public Executor {
  public:
    DeclaredExecutor() {
        const auto choice = executor_choice("sequential");
        inner_ = std::move(*choice.component->create(choice.options, {}));
    }
    Status prepare(StateSource& state) override { return inner_->prepare(state); }
    [[nodiscard]] bool needs_access_sets() const override { return true; }
    Status receive(const Block& block) override {
        received_ = &block;
        return block.access_sets() != nullptr
                   ? Status()
                   : Status(Error{ErrorCode::unsupported, "no access sets"});
    }
    Result<const BlockResult*> execute(const Block& block) override {
        if (received_ != &block) {
            return Error{ErrorCode::unsupported, "execute() without receive()"};
        }
        AccessSetsBuilder touched;
        auto result = inner_->execute(ObservedBlock(block, touched));
        if (!(touched.finish() == *block.access_sets())) {
            return Error{ErrorCode::unsupported, "the access sets are of another block"};
        }
        return result;
    }
    void counters(CounterVisitor& visitor) const override { inner_->counters(visitor); }
    void facts(FactVisitor& visitor) const override { inner_->facts(visitor); }

  private:
    std::unique_ptr<Executor> inner_;
    const Block* received_ = nullptr;
};

Result<std::unique_ptr<Executor>> create_declared(const Options&, const ExecutorResources&) {
    return std::unique_ptr<Executor>(std::make_unique<DeclaredExecutor>());
}
Result<std::unique_ptr<Executor>> create_faulty(const Options& options, const ExecutorResources&) {
    return std::unique_ptr<Executor>(std::make_unique<FaultyExecutor>(options.text("fault")));
}
Result<std::unique_ptr<Executor>> create_refusing(const Options&, const ExecutorResources&) {
    return Error{ErrorCode::unsupported, "nobody was to ask this executor"};
}

template<class C>
Choice<C> must_choose(std::string_view kind, std::span<const C> registry, std::string_view spec) {
    auto choice = choose(kind, registry, spec);
    if (!choice) {
        ADD_FAILURE() << choice.error().message;
        std::abort();
    }
    return std::move(*choice);
}

}  // namespace

const WorkloadComponent& toy_workload() {
    static const WorkloadComponent kToy{"toy", "Random blocks.", kWorkloadOptions,
                                        &create_workload};
    return kToy;
}

const BackendComponent& toy_backend() {
    static const BackendComponent kToy{"toy", "A map.", kBackendOptions, &create_backend};
    return kToy;
}

std::unique_ptr<ReferenceTree> make_toy_tree(std::string_view scheme) {
    return scheme == "toy" ? std::make_unique<ToyTree>() : nullptr;
}

const ExecutorComponent& faulty_executor() {
    static const ExecutorComponent kFaulty{"faulty", "Wrong in block 3.", kExecutorOptions,
                                           &create_faulty};
    return kFaulty;
}

const ExecutorComponent& declared_executor() {
    static const ExecutorComponent kDeclared{"declared", "Checks sets.", {}, &create_declared};
    return kDeclared;
}

const ExecutorComponent& refusing_executor() {
    static const ExecutorComponent kRefusing{"refusing", "Fails.", {}, &create_refusing};
    return kRefusing;
}

Choice<WorkloadComponent> workload_choice(std::string_view spec) {
    return must_choose<WorkloadComponent>("workload", {&toy_workload(), 1}, spec);
}

Choice<BackendComponent> backend_choice(std::string_view spec) {
    return must_choose<BackendComponent>("backend", {&toy_backend(), 1}, spec);
}

Choice<ExecutorComponent> executor_choice(std::string_view spec) {
    static const std::vector<ExecutorComponent> kAll = [] {
        std::vector<ExecutorComponent> all(executor_registry().begin(), executor_registry().end());
        all.push_back(declared_executor());
        all.push_back(faulty_executor());
        all.push_back(refusing_executor());
        return all;
    }();
    return must_choose<ExecutorComponent>("executor", kAll, spec);
}

TestFolder::TestFolder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "commitbench-test-XXXXXX").native();
    if (mkdtemp(name.data()) == nullptr) {
        ADD_FAILURE() << "no temporary folder";
    }
    path_ = name;
}

TestFolder::~TestFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
}

RunRequest toy_request(const TestFolder& folder,
                       std::string_view backend,
                       std::string_view executor,
                       std::string_view workload) {
    toy_interrupt() = false;
    return RunRequest{.executor = executor_choice(executor),
                      .backend = backend_choice(backend),
                      .workload = workload_choice(workload),
                      .reference = executor_choice("sequential"),
                      .make_tree = &make_toy_tree,
                      .seed = 11,
                      .blocks = 8,
                      .warmup_blocks = 2,
                      .memory_budget = std::uint64_t{64} << 20,
                      .directory = {},
                      .results = folder.path() / "results",
                      .ledgers = {},
                      .interrupt = &toy_interrupt(),
                      .command = {"commitbench", "run"}};
}

std::vector<std::string> result_lines(const TestFolder& folder) {
    std::ifstream file(folder.path() / "results" / kResultFile);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
    }
    return lines;
}

}  // namespace commitbench::testing
