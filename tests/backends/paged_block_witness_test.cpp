// SPDX-License-Identifier: Apache-2.0
// Option witness=on: over random histories every block's witness proves exactly what was read and
// written and leads to the block's root; one that does not is a mismatch.
#include "backends/paged/block_witness.hpp"
#include "backends/paged/paged_backend.hpp"
#include "backends/paged/prover.hpp"
#include "store_fixture.hpp"
#include "tests/backends/map_state.hpp"
#include "tests/backends/paged_oracle.hpp"

#include <gmock/gmock.h>
#include <set>

namespace commitbench::paged {
namespace {

using testing::MapState;
using testing::State;

std::unique_ptr<Backend> open_paged(const std::string& options,
                                    const std::filesystem::path& folder) {
    const auto spec = parse_spec("paged:" + options);
    const auto resolved = resolve_options("backend", *spec, kPagedComponent.options);
    EXPECT_TRUE(resolved.ok()) << (resolved.ok() ? "" : resolved.error().message);
    auto backend = kPagedComponent.create(
        *resolved, {.directory = folder, .memory_budget = std::uint64_t{64} << 20});
    EXPECT_TRUE(backend.ok()) << (backend.ok() ? "" : backend.error().message);
    return backend.ok() ? std::move(*backend) : nullptr;
}

std::map<std::string, std::uint64_t, std::less<>> counters_of(const Backend& backend) {
    struct Collect final : CounterVisitor {
        std::map<std::string, std::uint64_t, std::less<>> found;
        void counter(std::string_view name, std::uint64_t value) override {
            found[std::string(name)] = value;
        }
    } visitor;
    backend.counters(visitor);
    return visitor.found;
}

/// The writes of one block over the keys of `pool`, applied to `state`.
std::vector<KeyChange> random_changes(const std::vector<StateKey>& pool,
                                      unsigned deletions_of_4,
                                      State& state,
                                      std::mt19937_64& random) {
    std::set<StateKey> keys;
    for (std::uint64_t i = random() % (pool.size() + 1); i > 0; --i) {
        keys.insert(pool[random() % pool.size()]);
    }
    std::vector<KeyChange> changes;
    for (const StateKey& key : keys) {
        const bool deleted = random() % 4 < deletions_of_4;
        Bytes value = deleted ? Bytes() : testing::random_bytes(random, random() % 120);
        if (deleted) {
            state.erase(key);
        } else {
            state[key] = value;
        }
        changes.push_back({Bytes(key.bytes.begin(), key.bytes.end()), std::move(value), deleted});
    }
    return changes;
}

StateDiff to_diff(const std::vector<KeyChange>& changes) {
    StateDiff diff;
    for (const KeyChange& change : changes) {
        const StateKey key = StateKey::from(change.key);
        if (change.deleted) {
            diff.add_deletion(key, OldState::unknown, {});
        } else {
            diff.add(key, OldState::unknown, {}, change.value);
        }
    }
    return diff;
}

std::unique_ptr<StateReader> open_reader(Backend& backend) {
    auto reader = backend.open_reader();
    EXPECT_TRUE(reader.ok()) << (reader.ok() ? "" : reader.error().message);
    return reader.ok() ? std::move(*reader) : nullptr;
}

void read_and_compare(StateReader& reader, const std::vector<StateKey>& keys, const State& state) {
    for (const StateKey& key : keys) {
        const auto value = reader.get(key);
        ASSERT_TRUE(value.ok()) << value.error().message;
        const auto expected = state.find(key);
        ASSERT_EQ(value->has_value(), expected != state.end());
        if (value->has_value()) {
            EXPECT_TRUE(equal(**value, expected->second));
        }
    }
}

/// Blocks of reads and writes, beside a backend without witnesses; reopened once on the way.
void run_history(const std::string& options,
                 const std::string& hash,
                 const KeySet& set,
                 bool load,
                 std::mt19937_64& random) {
    SCOPED_TRACE(options + ", " + hash + ", " + set.name + (load ? ", loaded" : ""));
    const testing::TemporaryFolder folder;
    const auto backend = open_paged(options + ",witness=on,hash=" + hash, folder.path());
    const auto plain = open_paged("store=memory,hash=" + hash, {});
    ASSERT_TRUE(backend && plain);
    State state;
    if (load) {
        static_cast<void>(random_changes(set.keys, 1, state, random));
        for (Backend* each : {backend.get(), plain.get()}) {
            MapState first(state);
            ASSERT_OK(each->load(first));
        }
    }
    auto lasting = open_reader(*backend);
    auto before = counters_of(*backend);
    for (std::uint64_t number = 1; number <= 8; ++number) {
        if (number == 5) {
            read_and_compare(*lasting, {random_key(random)}, state);  // of no block: forgotten
            lasting.reset();
            ASSERT_OK(backend->reopen());
            lasting = open_reader(*backend);
        }
        std::vector<StateKey> read;
        if (number % 4 != 0) {  // blocks 4 and 8: nothing is read
            read = asked(set.keys, random);
            const auto passing = open_reader(*backend);
            const auto half = read.begin() + static_cast<std::ptrdiff_t>(read.size() / 2);
            read_and_compare(*lasting, {read.begin(), half}, state);
            read_and_compare(*passing, {half, read.end()}, state);
        }
        std::set<StateKey> touched(read.begin(), read.end());
        const std::vector<KeyChange> changes =
            number != 7 ? random_changes(set.keys, number % 4, state, random)
                        : std::vector<KeyChange>{};
        for (const KeyChange& change : changes) {
            touched.insert(StateKey::from(change.key));
        }
        const StateDiff diff = to_diff(changes);
        std::optional<Root> root;
        for (Backend* each : {plain.get(), backend.get()}) {
            ASSERT_OK(number % 2 == 0 ? each->stage_keys(changes) : each->stage(diff));
            const auto made = each->merkleize();
            ASSERT_OK(made);
            EXPECT_EQ(*made, root.value_or(*made));
            root = *made;
            ASSERT_OK(each->persist(number));
        }
        const auto after = counters_of(*backend);
        EXPECT_EQ(after.at("witness_keys") - before.at("witness_keys"), touched.size());
        // The old root and the number of terminals are always there.
        EXPECT_GE(after.at("witness_bytes") - before.at("witness_bytes"), 36U);
        EXPECT_GE(after.at("witness_make_ns"), before.at("witness_make_ns"));
        EXPECT_GE(after.at("witness_verify_ns"), before.at("witness_verify_ns"));
        before = after;
    }
}

TEST(BlockWitness, EveryBlockOfRandomHistoriesInMemory) {
    const std::uint64_t seed = 71;
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::array<std::array<const char*, 2>, 4> cells{
        {{"0", "blake3"}, {"4", "blake3"}, {"64", "sha256"}, {"4", "keccak256"}}};
    for (const auto& [elide, hash] : cells) {
        for (const KeySet& set : key_sets(random)) {
            if (!set.keys.empty()) {
                run_history(std::string("store=memory,elide=") + elide, hash, set,
                            random() % 2 == 0, random);
            }
        }
    }
}

// A cache of 16 KiB: the trie leaves memory after every block, and is read for the proof.
TEST(BlockWitness, EveryBlockOfRandomHistoriesInStores) {
    const std::uint64_t seed = 72;
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::vector<KeySet> sets = key_sets(random);
    for (const char* store : {"file", "lmdb", "rocksdb"}) {
        for (const char* elide : {"0", "4"}) {
            for (const char* name : {"uniform 1", "uniform 200", "ladder", "mixed"}) {
                const auto set = std::ranges::find(sets, name, &KeySet::name);
                ASSERT_NE(set, sets.end());
                run_history(std::string("store=") + store + ",cache-pages=4,elide=" + elide,
                            "blake3", *set, random() % 2 == 0, random);
            }
        }
    }
}

TEST(BlockWitness, NothingIsCountedWithoutTheOption) {
    EXPECT_EQ(counters_of(*open_paged("store=memory", {})).count("witness_keys"), 0U);
}

/// A tree of one block, and the block after it.
class TwoBlocks : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_OK(tree_.open({}));
        for (int i = 0; i < 300; ++i) {
            keys_.push_back(random_key(random_));
            values_.push_back(testing::random_bytes(random_, 40));
        }
        std::ranges::sort(keys_);
        for (std::size_t i = 0; i < keys_.size(); i += 2) {
            first_.push_back({keys_[i], values_[i]});
        }
        ASSERT_OK(tree_.stage(first_));
        ASSERT_OK(tree_.merkleize());
        tree_.end_block();
        old_root_ = tree_.root();
        for (std::size_t i = 0; i < keys_.size(); i += 3) {
            second_.push_back({keys_[i], values_[i / 2], i % 2 == 0});
        }
    }

    Status make() {
        TreeReader reader(tree_, nullptr);
        Prover prover(tree_.hasher(), reader);
        return witness_.make(prover, old_root_, second_);
    }

    const std::uint64_t seed_ = 73;
    std::mt19937_64 random_{seed_};
    WorkerPool pool_{1};
    Tree tree_{{.limit = {.leaves = 4}}, pool_, nullptr};
    BlockWitness witness_{tree_.hasher()};
    std::vector<StateKey> keys_;
    std::vector<Bytes> values_;
    std::vector<KeyWrite> first_;   // every second key
    std::vector<KeyWrite> second_;  // every third
    Node old_root_{};
};

TEST_F(TwoBlocks, TheWitnessAnswersEveryRead) {
    TreeReader reader(tree_, nullptr, witness_.open_log());
    for (const StateKey& key : keys_) {
        ASSERT_OK(reader.get(key));
    }
    ASSERT_OK(make());
    EXPECT_THAT(witness_.keys(), ::testing::ElementsAreArray(keys_));
    const auto witness = Witness::decode(witness_.bytes());
    ASSERT_OK(witness);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        const Terminal* terminal = witness->proof.look_up(keys_[i]);
        ASSERT_NE(terminal, nullptr) << i;
        ASSERT_EQ(terminal->claim(keys_[i]), i % 2 == 0 ? Claim::present : Claim::absent) << i;
        if (i % 2 == 0) {
            EXPECT_EQ(terminal->leaf->value_hash, tree_.hasher().value_hash(values_[i])) << i;
        }
    }
    ASSERT_OK(make());
    EXPECT_EQ(witness_.keys().size(), second_.size()) << "a read counts for one block";
}

TEST_F(TwoBlocks, AWitnessOfSomethingElseIsAMismatch) {
    ASSERT_OK(make());
    ASSERT_OK(tree_.stage(second_));
    ASSERT_OK(tree_.merkleize());
    ASSERT_OK(witness_.check(old_root_, second_, tree_.root()));
    const auto expect_mismatch = [](const Status& status) {
        ASSERT_FALSE(status.ok());
        EXPECT_EQ(status.error().code, ErrorCode::mismatch);
    };
    expect_mismatch(witness_.check(old_root_, second_, old_root_));
    expect_mismatch(witness_.check(tree_.root(), second_, tree_.root()));
    expect_mismatch(witness_.check(old_root_, first_, tree_.root()));
    expect_mismatch(witness_.check(old_root_, std::span(second_).subspan(1), tree_.root()));
}

TEST_F(TwoBlocks, ATamperedWitnessIsRefused) {
    ASSERT_OK(make());
    ASSERT_OK(tree_.stage(second_));
    ASSERT_OK(tree_.merkleize());
    std::vector<Write> writes;
    for (const KeyWrite& write : second_) {
        writes.push_back({write.key, std::nullopt});
        if (!write.deleted) {
            writes.back().value_hash = tree_.hasher().value_hash(write.value);
        }
    }
    Bytes bytes(witness_.bytes().begin(), witness_.bytes().end());
    const auto proved = verify_witness(tree_.hasher(), old_root_, bytes, writes);
    ASSERT_OK(proved);
    EXPECT_EQ(*proved, tree_.root());
    for (int i = 0; i < 200; ++i) {
        const std::size_t at = random_() % bytes.size();
        const auto bit = static_cast<std::uint8_t>(1U << random_() % 8);
        bytes[at] ^= bit;
        EXPECT_FALSE(verify_witness(tree_.hasher(), old_root_, bytes, writes).ok())
            << "byte " << at << ", seed " << seed_;
        bytes[at] ^= bit;
    }
    bytes.pop_back();
    EXPECT_FALSE(verify_witness(tree_.hasher(), old_root_, bytes, writes).ok());
}

}  // namespace
}  // namespace commitbench::paged
