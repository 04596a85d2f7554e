// SPDX-License-Identifier: Apache-2.0
// `flat` and `null` against std::map: blocks, readers, reopening, loads and persists that are
// killed.
#include "backends/flat/flat_backend.hpp"
#include "backends/null/null_backend.hpp"
#include "store_fixture.hpp"

#include <csignal>
#include <functional>
#include <gmock/gmock.h>
#include <sys/wait.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;
using State = std::map<StateKey, Bytes>;

/// A first state from a map; can end with an error after some entries, as a load that is
/// interrupted does.
class MapState final : public SortedState {
  public:
    explicit MapState(const State& state, std::uint64_t fail_after = UINT64_MAX)
        : state_(state), at_(state.begin()), fail_after_(fail_after) {}
    Result<bool> next(StateKey& key, ByteView& value) override {
        if (given_ == fail_after_) {
            return Error{ErrorCode::interrupted, "interrupted"};
        }
        if (at_ == state_.end()) {
            return false;
        }
        key = at_->first;
        value = at_->second;
        ++at_;
        ++given_;
        return true;
    }
    std::uint64_t size() const override { return state_.size(); }

  private:
    const State& state_;
    State::const_iterator at_;
    std::uint64_t fail_after_;
    std::uint64_t given_ = 0;
};

Result<std::unique_ptr<Backend>> make_backend(std::string_view spec,
                                              const std::filesystem::path& folder,
                                              Durability durability = Durability::none,
                                              std::uint64_t memory_budget = std::uint64_t{64}
                                                                            << 20) {
    const std::array components{kNullComponent, kFlatComponent};
    const auto choice = choose("backend", std::span<const BackendComponent>(components), spec);
    if (!choice) {
        return choice.error();
    }
    return choice->component->create(choice->options, {folder, memory_budget, durability});
}

State random_state(std::mt19937_64& random, std::size_t keys) {
    State state;
    for (std::size_t i = 0; i < keys; ++i) {
        state[random_key(random)] = random_bytes(random, 1 + random() % 150);
    }
    return state;
}

/// Value sizes around the edges of null's slots (24 bytes inline, blocks of 64).
std::size_t value_size(std::mt19937_64& random) {
    constexpr std::array<std::size_t, 10> kEdges{0, 1, 7, 8, 23, 24, 25, 64, 65, 5000};
    return random() % 2 == 0 ? kEdges[random() % kEdges.size()] : random() % 200;
}

/// Fills `diff` with up to `changes` changes and makes them in `state`, too.
void random_block(std::mt19937_64& random, std::size_t changes, State& state, StateDiff& diff) {
    diff.clear();
    std::map<StateKey, std::optional<Bytes>> writes;
    for (std::size_t i = 0; i < changes; ++i) {
        StateKey key = random_key(random);
        if (!state.empty() && random() % 4 != 0) {
            const auto near = state.lower_bound(key);
            key = near == state.end() ? state.begin()->first : near->first;
        }
        writes[key] = random() % 4 == 0 ? std::nullopt
                                        : std::optional(random_bytes(random, value_size(random)));
    }
    for (const auto& [key, value] : writes) {
        if (value) {
            diff.add(key, OldState::unknown, {}, *value);
            state[key] = *value;
        } else {
            diff.add_deletion(key, OldState::unknown, {});
            state.erase(key);
        }
    }
    diff.sort();
}

void run_block(Backend& backend, std::uint64_t number, const StateDiff& diff) {
    ASSERT_OK(backend.stage(diff));
    const auto root = backend.merkleize();
    ASSERT_OK(root);
    EXPECT_EQ(*root, Root{});
    ASSERT_OK(backend.persist(number));
    EXPECT_EQ(backend.persisted().block, number);
}

void expect_state(Backend& backend, const State& state, std::mt19937_64& random) {
    auto reader = backend.open_reader();
    ASSERT_OK(reader);
    for (const auto& [key, value] : state) {
        const auto found = (*reader)->get(key);
        ASSERT_OK(found);
        ASSERT_TRUE(found->has_value());
        ASSERT_TRUE(equal(**found, value));
    }
    for (int i = 0; i < 100; ++i) {
        const auto found = (*reader)->get(random_key(random));
        ASSERT_OK(found);
        ASSERT_FALSE(found->has_value());
    }
}

class FlatNull : public ::testing::TestWithParam<std::string> {
  protected:
    bool on_disk() const { return GetParam().ends_with("lmdb") || GetParam().ends_with("rocksdb"); }
    TemporaryFolder folder_;
};

class FlatOnDisk : public FlatNull {};

TEST_P(FlatNull, AgreesWithAMapOverBlocks) {
    for (const std::uint64_t seed : {11U, 12U}) {
        std::cout << "seed " << seed << "\n";
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        const TemporaryFolder folder;
        auto backend = make_backend(GetParam(), folder.path(),
                                    seed % 2 == 0 ? Durability::block : Durability::none);
        ASSERT_OK(backend);
        EXPECT_TRUE((*backend)->empty());
        EXPECT_EQ((*backend)->commitment_scheme(), "none");
        State state = random_state(random, 3000);
        MapState first(state);
        ASSERT_OK((*backend)->load(first));
        EXPECT_FALSE((*backend)->empty());
        EXPECT_EQ((*backend)->persisted().block, 0U);
        ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
        StateDiff diff;
        for (std::uint64_t block = 1; block <= 25; ++block) {
            random_block(random, block % 10 == 0 ? 4000 : random() % 400, state, diff);
            ASSERT_NO_FATAL_FAILURE(run_block(**backend, block, diff));
            ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
            if (random() % 5 == 0) {
                ASSERT_OK((*backend)->reopen());
                EXPECT_EQ((*backend)->persisted().block, block);
                ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
            }
        }
        if (!on_disk()) {
            continue;
        }
        backend = Error{};
        backend = make_backend(GetParam(), folder.path());
        ASSERT_OK(backend);
        EXPECT_EQ((*backend)->persisted().block, 25U);
        ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
    }
}

TEST_P(FlatNull, ReadersStayValidAcrossBlocks) {
    auto backend = make_backend(GetParam(), folder_.path());
    ASSERT_OK(backend);
    auto reader = (*backend)->open_reader();
    ASSERT_OK(reader);
    StateKey key;
    key.bytes.fill(5);
    StateDiff diff;
    for (std::uint64_t block = 1; block <= 10; ++block) {
        diff.clear();
        diff.add(key, OldState::unknown, {}, Bytes(block * 10, static_cast<std::uint8_t>(block)));
        ASSERT_NO_FATAL_FAILURE(run_block(**backend, block, diff));
        const auto found = (*reader)->get(key);
        ASSERT_OK(found);
        ASSERT_TRUE(found->has_value());
        EXPECT_TRUE(equal(**found, Bytes(block * 10, static_cast<std::uint8_t>(block))));
    }
}

TEST_P(FlatNull, ScriptsOfSingleKeys) {
    auto backend = make_backend(GetParam(), folder_.path());
    ASSERT_OK(backend);
    const Bytes a(32, 1);
    const Bytes b(32, 2);
    const std::vector<KeyChange> script{{a, bytes_of("first"), false},
                                        {b, bytes_of("b"), false},
                                        {a, bytes_of("last"), false},
                                        {b, {}, true},
                                        {Bytes(32, 3), {}, true}};
    ASSERT_OK((*backend)->stage_keys(script));
    ASSERT_OK((*backend)->merkleize());
    ASSERT_OK((*backend)->persist(1));
    std::mt19937_64 random(1);
    ASSERT_NO_FATAL_FAILURE(
        expect_state(**backend, {{StateKey::from(a), bytes_of("last")}}, random));
    const std::vector<KeyChange> bad{{bytes_of("short"), bytes_of("x"), false}};
    const Status refused = (*backend)->stage_keys(bad);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
    EXPECT_THAT(refused.error().message, HasSubstr("32 bytes"));
}

TEST_P(FlatNull, CountersAndFactsAreThere) {
    auto backend = make_backend(GetParam(), folder_.path());
    ASSERT_OK(backend);
    struct Count final : CounterVisitor, FactVisitor {
        int counters = 0;
        int facts = 0;
        void counter(std::string_view name, std::uint64_t /*value*/) override {
            EXPECT_FALSE(name.empty());
            ++counters;
        }
        void fact(std::string_view name, std::string_view value, std::string_view why) override {
            EXPECT_FALSE(name.empty() || value.empty() || why.empty()) << name;
            ++facts;
        }
    } count;
    (*backend)->counters(count);
    (*backend)->facts(count);
    EXPECT_GE(count.counters, 1);
    EXPECT_GE(count.facts, 3);
}

TEST_P(FlatNull, StateBeyondTheBudget) {
    std::mt19937_64 random(13);
    State state;
    for (int i = 0; i < 200'000; ++i) {  // 70 MB of keys and values
        state[random_key(random)] = Bytes(318, static_cast<std::uint8_t>(i));
    }
    auto backend =
        make_backend(GetParam(), folder_.path(), Durability::none, std::uint64_t{8} << 20);
    ASSERT_OK(backend);
    MapState first(state);
    const Status loaded = (*backend)->load(first);
    if (on_disk()) {
        ASSERT_OK(loaded);
        const std::map<StateKey, Bytes> some(state.begin(), std::next(state.begin(), 1000));
        ASSERT_NO_FATAL_FAILURE(expect_state(**backend, some, random));
        return;
    }
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().code, ErrorCode::does_not_fit);
    EXPECT_THAT(loaded.error().message, HasSubstr("--memory"));
}

TEST_P(FlatNull, InterruptedLoadIsRefusedOnTheNextOpen) {
    std::mt19937_64 random(14);
    const State state = random_state(random, 60'000);
    {
        auto backend = make_backend(GetParam(), folder_.path());
        ASSERT_OK(backend);
        MapState first(state, 50'000);
        const Status loaded = (*backend)->load(first);
        ASSERT_FALSE(loaded.ok());
        EXPECT_EQ(loaded.error().code, ErrorCode::interrupted);
    }
    const auto backend = make_backend(GetParam(), folder_.path());
    if (!on_disk()) {
        ASSERT_OK(backend);
        EXPECT_TRUE((*backend)->empty());
        return;
    }
    ASSERT_FALSE(backend.ok());
    EXPECT_EQ(backend.error().code, ErrorCode::bad_input);
    EXPECT_THAT(backend.error().message, HasSubstr("cut short"));
    EXPECT_THAT(backend.error().message, HasSubstr(folder_.path().string()));
}

// The killed process: this program again, with its orders in the environment; see main(). (A mere
// fork would inherit RocksDB's thread pool without its threads.)

constexpr std::size_t kChildChanges = 300;

/// Block `number` of the run that the child makes and the parent knows.
void child_block(std::uint64_t number, State& state, StateDiff& diff) {
    std::mt19937_64 random(1000 + number);
    random_block(random, kChildChanges, state, diff);
}

State child_first_state(std::size_t keys) {
    std::mt19937_64 random(15);
    return random_state(random, keys);
}

/// Says a word and then waits for its end in the middle of a load.
class StuckState final : public SortedState {
  public:
    StuckState(const State& state, std::uint64_t stuck_at, std::function<void()> say)
        : state_(state), stuck_at_(stuck_at), say_(std::move(say)) {}
    Result<bool> next(StateKey& key, ByteView& value) override {
        if (given_++ == stuck_at_) {
            say_();
            while (true) {
                ::pause();
            }
        }
        return state_.next(key, value);
    }
    std::uint64_t size() const override { return state_.size(); }

  private:
    MapState state_;
    std::uint64_t stuck_at_;
    std::uint64_t given_ = 0;
    std::function<void()> say_;
};

/// What the child does until it is killed. Returns only where something failed.
void work_until_killed(std::string_view orders, const char* spec, const char* folder) {
    const auto say = [](char word) {
        if (::write(STDOUT_FILENO, &word, 1) != 1) {
            ::_exit(1);
        }
    };
    auto backend =
        make_backend(spec, folder, orders == "none" ? Durability::none : Durability::block);
    if (!backend) {
        return;
    }
    if (orders == "load") {
        const State large = child_first_state(60'000);
        StuckState stuck(large, 50'000, [&] { say('!'); });
        (void)(*backend)->load(stuck);
        return;
    }
    State state = child_first_state(2000);
    MapState first(state);
    if (!(*backend)->load(first)) {
        return;
    }
    say('!');
    StateDiff diff;
    for (std::uint64_t block = 1;; ++block) {
        child_block(block, state, diff);
        if (!(*backend)->stage(diff) || !(*backend)->merkleize() || !(*backend)->persist(block)) {
            return;
        }
        say('B');
    }
}

/// Starts the child, reads its words until `until` says so, waits a little more and kills it. The
/// number of blocks that it reported.
template<class Until>
std::uint64_t run_and_kill(const std::string& spec,
                           const std::filesystem::path& folder,
                           const char* orders,
                           unsigned wait_us,
                           Until until) {
    std::array<int, 2> words{};
    EXPECT_EQ(::pipe(words.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(words[1], STDOUT_FILENO);
        ::close(words[0]);
        ::close(words[1]);
        ::setenv("COMMITBENCH_TEST_SPEC", spec.c_str(), 1);
        ::setenv("COMMITBENCH_TEST_FOLDER", folder.c_str(), 1);
        ::setenv("COMMITBENCH_TEST_ORDERS", orders, 1);
        ::execl("/proc/self/exe", "flat_null_test", nullptr);
        ::_exit(127);
    }
    ::close(words[1]);
    std::uint64_t blocks = 0;
    char word = 0;
    bool started = false;
    while (!until(started, blocks)) {
        if (::read(words[0], &word, 1) != 1) {
            ADD_FAILURE() << "the child ended by itself";
            break;
        }
        started = started || word == '!';
        blocks += started && word == 'B' ? 1 : 0;
    }
    ::usleep(wait_us);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(words[0], &word, 1) == 1) {  // said before it died
        blocks += word == 'B' ? 1 : 0;
    }
    ::close(words[0]);
    return blocks;
}

TEST_P(FlatOnDisk, KillInTheMiddleOfALoadIsRefusedOnTheNextOpen) {
    run_and_kill(GetParam(), folder_.path(), "load", 0,
                 [](bool started, std::uint64_t) { return started; });
    const auto backend = make_backend(GetParam(), folder_.path());
    ASSERT_FALSE(backend.ok());
    EXPECT_THAT(backend.error().message, HasSubstr("cut short"));
}

TEST_P(FlatOnDisk, KillInTheMiddleOfBlocksKeepsTheLastOne) {
    std::mt19937_64 random(16);
    for (int round = 0; round < 8; ++round) {
        const TemporaryFolder folder;
        const std::uint64_t stop = 1 + random() % 20;
        const auto wait_us = static_cast<unsigned>(random() % 6000);
        SCOPED_TRACE("kill " + std::to_string(wait_us) + " us after block " + std::to_string(stop));
        const std::uint64_t said =
            run_and_kill(GetParam(), folder.path(), round % 2 == 0 ? "block" : "none", wait_us,
                         [stop](bool, std::uint64_t blocks) { return blocks == stop; });
        auto backend = make_backend(GetParam(), folder.path());
        ASSERT_OK(backend);
        const std::uint64_t block = (*backend)->persisted().block;
        ASSERT_TRUE(block == said || block == said + 1) << "said " << said << ", found " << block;
        State state = child_first_state(2000);
        StateDiff diff;
        for (std::uint64_t number = 1; number <= block; ++number) {
            child_block(number, state, diff);
        }
        ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
        // And it goes on from there.
        child_block(block + 1, state, diff);
        ASSERT_NO_FATAL_FAILURE(run_block(**backend, block + 1, diff));
        ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Backends,
    FlatNull,
    ::testing::Values("null", "flat:store=memory", "flat:store=lmdb", "flat:store=rocksdb"),
    [](const auto& instance) { return instance.param.substr(instance.param.find('=') + 1); });

INSTANTIATE_TEST_SUITE_P(Backends,
                         FlatOnDisk,
                         ::testing::Values("flat:store=lmdb", "flat:store=rocksdb"),
                         [](const auto& instance) {
                             return instance.param.substr(instance.param.find('=') + 1);
                         });

TEST(Flat, FolderIsNeededAndGuarded) {
    const TemporaryFolder folder;
    const auto without = make_backend("flat:store=lmdb", {});
    ASSERT_FALSE(without.ok());
    EXPECT_EQ(without.error().code, ErrorCode::bad_input);
    EXPECT_THAT(without.error().message, HasSubstr("data folder"));
    {
        const auto first = make_backend("flat:store=lmdb", folder.path());
        ASSERT_OK(first);
        const auto second = make_backend("flat:store=lmdb", folder.path());
        ASSERT_FALSE(second.ok());
        EXPECT_THAT(second.error().message, HasSubstr("in use"));
    }
    const auto other = make_backend("flat:store=rocksdb", folder.path());
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().code, ErrorCode::bad_input);
    EXPECT_THAT(other.error().message, HasSubstr("commitbench flat 1 store=lmdb"));
}

TEST(Null, ManyKeysComeGoAndGrow) {
    // Enough for several rebuilds of the table, with keys that only count as well: they share their
    // home slot.
    for (const bool counting : {false, true}) {
        std::mt19937_64 random(17);
        auto backend = make_backend("null", {});
        ASSERT_OK(backend);
        State state;
        StateDiff diff;
        const std::size_t keys = counting ? 3000 : 40'000;
        for (std::uint64_t block = 1; block <= 12; ++block) {
            diff.clear();
            for (std::size_t i = 0; i < keys; ++i) {
                if (random() % 3 == 0) {
                    continue;
                }
                std::mt19937_64 source(i);
                StateKey key = random_key(source);
                if (counting) {
                    key = StateKey{};
                    key.bytes[31] = static_cast<std::uint8_t>(i);
                    key.bytes[30] = static_cast<std::uint8_t>(i >> 8);
                }
                if (random() % 2 == 0) {
                    diff.add_deletion(key, OldState::unknown, {});
                    state.erase(key);
                } else {
                    const Bytes value = random_bytes(random, value_size(random) % 100);
                    diff.add(key, OldState::unknown, {}, value);
                    state[key] = value;
                }
            }
            diff.sort();
            ASSERT_NO_FATAL_FAILURE(run_block(**backend, block, diff));
            ASSERT_NO_FATAL_FAILURE(expect_state(**backend, state, random));
        }
    }
}

}  // namespace

int run_as_child(const char* orders) {
    const char* const spec = std::getenv("COMMITBENCH_TEST_SPEC");
    const char* const folder = std::getenv("COMMITBENCH_TEST_FOLDER");
    if (spec != nullptr && folder != nullptr) {
        work_until_killed(orders, spec, folder);
    }
    return 1;
}

}  // namespace commitbench::testing

int main(int argc, char** argv) {
    if (const char* const orders = std::getenv("COMMITBENCH_TEST_ORDERS"); orders != nullptr) {
        return commitbench::testing::run_as_child(orders);
    }
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
