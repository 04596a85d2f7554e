// SPDX-License-Identifier: Apache-2.0
// `mpt` behind the Backend interface: load, reads, reopening, proofs, crashes, damage.
#include "backends/store/store.hpp"
#include "hash/blake3.hpp"
#include "tests/backends/map_state.hpp"
#include "tests/backends/mpt_harness.hpp"
#include "tests/backends/plain_trie.hpp"

#include <csignal>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

namespace commitbench {
namespace {

using testing::apply_writes;
using testing::State;
using testing::Writes;
using Random = std::mt19937_64;

StateKey random_key(Random& random) {
    StateKey key;
    for (std::uint8_t& byte : key.bytes) {
        byte = static_cast<std::uint8_t>(random());
    }
    return key;
}

Bytes random_value(Random& random) {
    Bytes value(1 + random() % 90);
    std::ranges::generate(value, [&] { return static_cast<std::uint8_t>(random()); });
    return value;
}

State random_state(Random& random, std::size_t count) {
    State state;
    while (state.size() < count) {
        state[random_key(random)] = random_value(random);
    }
    return state;
}

/// A map in the order that a backend asks for.
class MapState final : public SortedState {
  public:
    MapState(const State& state, const Backend& backend) {
        for (const auto& [key, value] : state) {
            by_path_[backend.path_of(key)] = {key, value};
        }
        at_ = by_path_.begin();
    }
    Result<bool> next(StateKey& key, ByteView& value) override {
        if (at_ == by_path_.end()) {
            return false;
        }
        key = at_->second.first;
        value = at_->second.second;
        ++at_;
        return true;
    }
    std::uint64_t size() const override { return by_path_.size(); }

  private:
    std::map<StateKey, std::pair<StateKey, Bytes>> by_path_;
    std::map<StateKey, std::pair<StateKey, Bytes>>::const_iterator at_;
};

std::string plain_root(const State& state, bool secure, PlainTrie::NodeHash hash = keccak256) {
    PlainTrie plain(hash);
    for (const auto& [key, value] : state) {
        secure ? plain.put(hash(key.view()), value) : plain.put(key.view(), value);
    }
    return to_hex(plain.root());
}

void expect_reads(Backend& backend, const State& state, Random& random) {
    const auto reader = backend.open_reader();
    ASSERT_TRUE(reader.ok());
    for (const auto& [key, value] : state) {
        const auto read = (*reader)->get(key);
        ASSERT_TRUE(read.ok() && read->has_value());
        EXPECT_TRUE(equal(**read, value));
    }
    for (int i = 0; i < 50; ++i) {
        const auto read = (*reader)->get(random_key(random));
        ASSERT_TRUE(read.ok());
        EXPECT_FALSE(read->has_value());
    }
}

StateDiff random_diff(Random& random, State& state, std::size_t count) {
    Writes changes;
    for (std::size_t i = 0; i < count; ++i) {
        StateKey key = random_key(random);
        if (!state.empty() && random() % 3 != 0) {
            const auto known = state.lower_bound(key);
            key = known == state.end() ? state.begin()->first : known->first;
        }
        changes[key] = random() % 4 == 0 ? std::nullopt : std::optional(random_value(random));
    }
    StateDiff diff;
    apply_writes(changes, state, diff);
    diff.sort();
    return diff;
}

std::string commit_diff(Backend& backend, const StateDiff& diff) {
    EXPECT_TRUE(backend.stage(diff).ok());
    const auto root = backend.merkleize();
    EXPECT_TRUE(root.ok());
    EXPECT_TRUE(backend.persist(backend.persisted().block + 1).ok());
    return to_hex(root->view());
}

class MptBackendTest : public ::testing::TestWithParam<const char*> {};

TEST_P(MptBackendTest, LoadThenBlocksThenReopen) {
    constexpr std::uint64_t kSeed = 20261122;
    SCOPED_TRACE(kSeed);
    const std::string_view options = GetParam();
    const bool secure = options.find("secure=on") != std::string_view::npos;
    const auto hash = options.find("hash=blake3") != std::string_view::npos ? blake3 : keccak256;
    Random random(kSeed);
    State state = random_state(random, 700);
    const TemporaryFolder folder;
    const auto backend = open_mpt(GetParam(), folder.path());
    ASSERT_TRUE(backend->empty());
    MapState source(state, *backend);
    ASSERT_TRUE(backend->load(source).ok());
    EXPECT_FALSE(backend->empty());
    EXPECT_EQ(to_hex(backend->persisted().root.view()), plain_root(state, secure, hash));
    expect_reads(*backend, state, random);
    for (std::uint64_t block = 1; block <= 6; ++block) {
        const StateDiff diff = random_diff(random, state, 150);
        ASSERT_EQ(commit_diff(*backend, diff), plain_root(state, secure, hash))
            << "block " << block;
        if (block % 2 == 0) {
            ASSERT_TRUE(backend->reopen().ok());
            EXPECT_EQ(backend->persisted().block, block);
            EXPECT_EQ(to_hex(backend->persisted().root.view()), plain_root(state, secure, hash));
        }
        expect_reads(*backend, state, random);
    }
}

INSTANTIATE_TEST_SUITE_P(Options,
                         MptBackendTest,
                         ::testing::Values("store=memory",
                                           "store=lmdb",
                                           "store=rocksdb",
                                           "store=memory,reads=trie",
                                           "store=lmdb,reads=trie",
                                           "store=rocksdb,reads=trie",
                                           "store=memory,secure=on",
                                           "store=lmdb,secure=on,reads=trie",
                                           "lanes=on",
                                           "store=rocksdb,hash=blake3",
                                           "hash=blake3,lanes=on",
                                           "hash=blake3,lanes=on,secure=on,reads=trie"),
                         [](const auto& test) {
                             std::string name = test.param;
                             std::ranges::replace_if(
                                 name, [](char c) { return std::isalnum(c) == 0; }, '_');
                             return name;
                         });

TEST(MptProof, PresenceAbsenceAndEveryMutationRejected) {
    for (const char* options : {"store=memory", "store=memory,secure=on", "hash=blake3,lanes=on"}) {
        Random random(7);
        const TemporaryFolder folder;
        const auto backend = open_mpt(options, folder.path());
        std::vector<KeyChange> changes;
        for (int i = 0; i < 300; ++i) {
            // Short keys and values give embedded nodes and branch values, long ones hashed leaves.
            Bytes key(1 + random() % 3);
            std::ranges::generate(key,
                                  [&] { return static_cast<std::uint8_t>(random() % 5 * 0x11); });
            changes.push_back(put(std::move(key), random_value(random)));
        }
        (void)commit(*backend, changes);
        const Root root = backend->persisted().root;
        std::size_t present = 0;
        std::size_t absent = 0;
        std::size_t mutations = 0;
        for (int i = 0; i < 200; ++i) {
            Bytes key = changes[random() % changes.size()].key;
            if (i % 4 == 0) {
                key.push_back(0xab);  // absent: no key has this byte
            }
            const auto last = std::find_if(changes.rbegin(), changes.rend(),
                                           [&](const KeyChange& c) { return c.key == key; });
            const auto proof = backend->prove(key);
            ASSERT_TRUE(proof.ok());
            const auto verdict = backend->verify(root, key, *proof);
            ASSERT_TRUE(verdict.ok() && verdict->valid);
            ASSERT_EQ(verdict->value.has_value(), last != changes.rend());
            if (verdict->value) {
                ++present;
                EXPECT_EQ(*verdict->value, last->value);
            } else {
                ++absent;
            }
            for (int flip = 0; flip < 60; ++flip, ++mutations) {
                Proof broken = *proof;
                Bytes& item = broken.items[random() % broken.items.size()];
                item[random() % item.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
                ASSERT_FALSE(backend->verify(root, key, broken)->valid);
            }
            Proof shorter = *proof;
            shorter.items.pop_back();
            EXPECT_FALSE(backend->verify(root, key, shorter)->valid);
            Proof longer = *proof;
            longer.items.push_back(longer.items.back());
            EXPECT_FALSE(backend->verify(root, key, longer)->valid);
            Root other = root;
            other.bytes[random() % 32] ^= 1;
            EXPECT_FALSE(backend->verify(other, key, *proof)->valid);
        }
        EXPECT_GE(present, 50U);
        EXPECT_GE(absent, 40U);
        EXPECT_GE(mutations, 10'000U);
    }
}

class MptEmptyTrie : public ::testing::TestWithParam<const char*> {};

TEST_P(MptEmptyTrie, ProvesAbsence) {
    const TemporaryFolder folder;
    const auto backend = open_mpt(GetParam(), folder.path());
    const auto proof = backend->prove(bytes_of("anything"));
    ASSERT_TRUE(proof.ok());
    const auto verdict = backend->verify(backend->persisted().root, bytes_of("anything"), *proof);
    EXPECT_TRUE(verdict->valid);
    EXPECT_FALSE(verdict->value.has_value());
    EXPECT_FALSE(backend->verify(backend->persisted().root, bytes_of("anything"), Proof{})->valid);
}

INSTANTIATE_TEST_SUITE_P(Options, MptEmptyTrie, ::testing::Values("store=memory", "hash=blake3"));

TEST(MptHash, SchemesAndFolders) {
    const TemporaryFolder folder;
    EXPECT_EQ(open_mpt("", folder.path())->commitment_scheme(), "mpt-keccak256");
    EXPECT_EQ(open_mpt("lanes=on", folder.path())->commitment_scheme(), "mpt-keccak256");
    EXPECT_EQ(open_mpt("hash=blake3", folder.path())->commitment_scheme(), "mpt-blake3");
    EXPECT_EQ(open_mpt("hash=blake3,secure=on", folder.path())->commitment_scheme(),
              "mpt-blake3-secure");
    // Blocks that were committed in lanes are the same on disk; those of another hash are not.
    Bytes key(32, 1);
    {
        const auto backend = open_mpt("store=lmdb,hash=blake3,lanes=on", folder.path());
        (void)commit(*backend, std::vector{put(key, bytes_of("value"))});
    }
    const auto backend = open_mpt("store=lmdb,hash=blake3", folder.path());
    EXPECT_EQ(backend->persisted().block, 1U);
    (void)commit(*backend, std::vector{erase(key)});
    EXPECT_EQ(backend->persisted().root, Root{blake3(as_bytes("\x80"))});
    const auto spec = parse_spec("mpt:store=lmdb");
    const auto options = resolve_options("backend", *spec, kMptComponent.options);
    const auto refused = kMptComponent.create(
        *options, {.directory = folder.path(), .memory_budget = std::uint64_t{256} << 20});
    EXPECT_FALSE(refused.ok());
}

TEST(MptBackend, FiveThousandDeletesLeaveTheEmptyTrie) {
    Random random(5);
    State state;
    const TemporaryFolder folder;
    const auto backend = open_mpt("store=memory", folder.path());
    StateDiff fill;
    while (state.size() < 5000) {
        state[random_key(random)] = random_value(random);
    }
    StateDiff empty_again;
    for (const auto& [key, value] : state) {
        fill.add(key, OldState::absent, {}, value);
        empty_again.add_deletion(key, OldState::present, value);
    }
    EXPECT_EQ(commit_diff(*backend, fill), plain_root(state, false));
    EXPECT_EQ(commit_diff(*backend, empty_again), plain_root({}, false));
}

// More dirty nodes than lanes=on collects at a time.
TEST(MptBackend, LanesOverManySlices) {
    constexpr std::uint64_t kSeed = 12;
    SCOPED_TRACE(kSeed);
    Random random(kSeed);
    State state;
    const TemporaryFolder folder;
    const auto backend = open_mpt("lanes=on", folder.path());
    StateDiff diff;
    while (state.size() < 12'000) {
        state[random_key(random)] = random_value(random);
    }
    for (const auto& [key, value] : state) {
        diff.add(key, OldState::absent, {}, value);
    }
    EXPECT_EQ(commit_diff(*backend, diff), plain_root(state, false));
    diff.clear();
    for (auto& [key, value] : state) {
        value.push_back(1);
        diff.add(key, OldState::unknown, {}, value);
    }
    EXPECT_EQ(commit_diff(*backend, diff), plain_root(state, false));
}

TEST(MptBackend, HugeValueAndLimits) {
    const TemporaryFolder folder;
    const auto backend = open_mpt("store=lmdb", folder.path());
    PlainTrie plain;
    const KeyChange huge = put(Bytes(1024, 7), Bytes(std::size_t{1} << 20, 9));
    plain.put(huge.key, huge.value);
    EXPECT_EQ(commit(*backend, {&huge, 1}), to_hex(plain.root()));
    const KeyChange long_key = put(Bytes(1025, 7), Bytes(1, 9));
    const Status refused = backend->stage_keys({&long_key, 1});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
}

TEST(MptBackend, RefusesAnotherFormat) {
    const TemporaryFolder folder;
    { const auto backend = open_mpt("store=lmdb", folder.path()); }
    const auto spec = parse_spec("mpt:store=lmdb,secure=on");
    const auto options = resolve_options("backend", *spec, kMptComponent.options);
    const auto other =
        kMptComponent.create(*options, {.directory = folder.path(), .memory_budget = 1 << 24});
    ASSERT_FALSE(other.ok());
    EXPECT_EQ(other.error().code, ErrorCode::bad_input);
    EXPECT_NE(other.error().message.find("secure=off"), std::string::npos) << other.error().message;
    EXPECT_NE(other.error().message.find("secure=on"), std::string::npos) << other.error().message;
}

TEST(MptBackend, AMissingNodeIsSaidToBeMissing) {
    Random random(11);
    State state = random_state(random, 300);
    const TemporaryFolder folder;
    {
        const auto backend = open_mpt("store=rocksdb", folder.path());
        MapState source(state, *backend);
        ASSERT_TRUE(backend->load(source).ok());
    }
    const std::array tables{TableSpec{.name = "nodes", .uniform_keys = true},
                            TableSpec{.name = "state", .uniform_keys = true},
                            TableSpec{.name = "meta"}};
    {
        auto store = open_store(
            {.kind = StoreKind::rocksdb, .directory = folder.path(), .memory_budget = 1 << 24},
            tables);
        ASSERT_TRUE(store.ok()) << store.error().message;
        std::vector<Bytes> hashes;
        {
            const auto scan = (*store)->scan(Table{0}, {});
            ByteView hash;
            ByteView node;
            while (*(*scan)->next(hash, node)) {
                hashes.emplace_back(hash.begin(), hash.end());
            }
        }
        const auto batch = (*store)->new_batch();
        for (const Bytes& hash : hashes) {
            batch->erase(Table{0}, hash);
        }
        ASSERT_TRUE((*store)->commit(*batch, CommitMode::durable).ok());
    }
    const auto spec = parse_spec("mpt:store=rocksdb");
    const auto options = resolve_options("backend", *spec, kMptComponent.options);
    const auto damaged =
        kMptComponent.create(*options, {.directory = folder.path(), .memory_budget = 1 << 24});
    ASSERT_FALSE(damaged.ok());
    EXPECT_EQ(damaged.error().code, ErrorCode::corrupt);
}

/// Commits blocks for ever in a child, kills it at a random moment, and checks where the state
/// stands.
class MptCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(MptCrash, KilledInPersistReopensAtThatBlockOrTheOneBefore) {
    constexpr int kKills = 10;
    constexpr std::uint64_t kSeed = 99;
    std::vector<std::string> roots{plain_root({}, false)};
    State state;
    {
        Random random(kSeed);
        for (int block = 1; block <= 400; ++block) {
            std::ignore = random_diff(random, state, 20);
            roots.push_back(plain_root(state, false));
        }
    }
    Random timing(3);
    for (int kill_number = 0; kill_number < kKills; ++kill_number) {
        const TemporaryFolder folder;
        std::array<int, 2> pipe_ends{};
        ASSERT_EQ(::pipe(pipe_ends.data()), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const auto backend = open_mpt(GetParam(), folder.path());
            Random random(kSeed);
            State mine;
            for (std::uint32_t block = 1; block <= 400; ++block) {
                const StateDiff diff = random_diff(random, mine, 20);
                (void)commit_diff(*backend, diff);
                std::ignore = ::write(pipe_ends[1], &block, sizeof block);
            }
            ::_exit(0);
        }
        ::close(pipe_ends[1]);
        // Let a random number of blocks be reported, then kill a random moment later.
        std::uint32_t reported = 0;
        const std::uint32_t wait_for = 1 + static_cast<std::uint32_t>(timing() % 30);
        while (reported < wait_for &&
               ::read(pipe_ends[0], &reported, sizeof reported) == sizeof reported) {
        }
        ::usleep(static_cast<useconds_t>(timing() % 3000));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        std::uint32_t more = 0;
        while (::read(pipe_ends[0], &more, sizeof more) == sizeof more) {
            reported = more;
        }
        ::close(pipe_ends[0]);
        const auto backend = open_mpt(GetParam(), folder.path());
        ASSERT_NE(backend, nullptr);
        const Position at = backend->persisted();
        // Reported means persist() had returned; the next block may or may not have made it.
        EXPECT_GE(at.block, reported);
        EXPECT_LE(at.block, reported + 1U);
        EXPECT_EQ(to_hex(at.root.view()), roots[at.block]) << "block " << at.block;
    }
}

INSTANTIATE_TEST_SUITE_P(Stores,
                         MptCrash,
                         ::testing::Values("store=lmdb", "store=rocksdb"),
                         [](const auto& test) { return std::string(test.param).substr(6); });

}  // namespace
}  // namespace commitbench
