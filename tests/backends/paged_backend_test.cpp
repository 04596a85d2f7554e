// SPDX-License-Identifier: Apache-2.0
// The backend against the recursive definition: random histories over every store, sizes of
// buckets, caches smaller than the state, workers, and reopening.
#include "backends/paged/paged_backend.hpp"

#include "harness/runtime/worker_pool.hpp"
#include "tests/backends/map_state.hpp"
#include "tests/backends/paged_oracle.hpp"
#include "tests/backends/store_fixture.hpp"

#include <gtest/gtest.h>
#include <map>
#include <set>
#include <thread>

namespace commitbench::paged {
namespace {

using testing::apply_writes;
using testing::MapState;
using testing::State;
using testing::Writes;

std::unique_ptr<Backend> open_paged(const std::string& options,
                                    const std::filesystem::path& folder,
                                    WorkerPool& pool) {
    const auto spec = parse_spec("paged:" + options);
    const auto resolved = resolve_options("backend", *spec, kPagedComponent.options);
    EXPECT_TRUE(resolved.ok()) << (resolved.ok() ? "" : resolved.error().message);
    auto backend = kPagedComponent.create(*resolved, {.directory = folder,
                                                      .memory_budget = std::uint64_t{64} << 20,
                                                      .durability = Durability::none,
                                                      .workers = &pool});
    EXPECT_TRUE(backend.ok()) << (backend.ok() ? "" : backend.error().message);
    return backend.ok() ? std::move(*backend) : nullptr;
}

std::string expected_root(const State& state) {
    const NodeHasher hasher(HashFunction::blake3);
    Entries entries;
    for (const auto& [key, value] : state) {
        entries[key] = hasher.value_hash(value);
    }
    return commitbench::to_hex(PlainTrie(hasher, entries).root().bytes);
}

void expect_reads(Backend& backend, const State& state, const std::vector<StateKey>& keys) {
    auto reader = backend.open_reader();
    ASSERT_TRUE(reader.ok());
    for (const StateKey& key : keys) {
        const auto value = (*reader)->get(key);
        ASSERT_TRUE(value.ok()) << value.error().message;
        const auto expected = state.find(key);
        ASSERT_EQ(value->has_value(), expected != state.end()) << commitbench::to_hex(key.view());
        if (value->has_value()) {
            ASSERT_TRUE(equal(**value, expected->second)) << commitbench::to_hex(key.view());
        }
    }
}

/// Changes a few keys of the pool, in the state and in the diff.
void change_some(State& state,
                 StateDiff& diff,
                 const std::vector<StateKey>& pool,
                 std::uint64_t deletions_of_8,
                 std::mt19937_64& random) {
    Writes block;
    for (std::uint64_t i = random() % (pool.size() / 2) + 1; i > 0; --i) {
        const StateKey& key = pool[random() % pool.size()];
        if (random() % 8 < deletions_of_8) {
            block[key] = std::nullopt;
        } else {
            block[key] =
                Bytes(random() % 4 == 0 ? random() % 700 : 40, static_cast<std::uint8_t>(random()));
        }
    }
    apply_writes(block, state, diff);
}

struct Variant {
    std::string options;
    std::uint32_t workers;
    bool reopen;
};

void PrintTo(const Variant& variant, std::ostream* out) {
    *out << variant.options << ", workers " << variant.workers
         << (variant.reopen ? ", reopen" : "");
}

std::vector<Variant> variants() {
    std::vector<Variant> all;
    for (const char* const store : {"memory", "lmdb", "rocksdb", "file"}) {
        for (const char* const elide : {"0", "1", "20", "64"}) {
            for (const char* const cache : {"0", "4"}) {
                const std::size_t number = all.size();
                all.push_back(
                    {std::string("store=") + store + ",elide=" + elide + ",cache-pages=" + cache,
                     std::array<std::uint32_t, 3>{1, 2, 7}[number % 3], number % 2 == 1});
            }
        }
    }
    all.push_back({"store=file,direct=off,elide=20,cache-pages=4", 2, true});
    all.push_back({"store=file,prepopulate=on,elide=2", 2, true});
    all.push_back({"store=rocksdb,prepopulate=on,elide=2,cache-pages=4", 1, true});
    return all;
}

class PagedBackend : public ::testing::TestWithParam<Variant> {};

TEST_P(PagedBackend, HistoriesGiveTheRootsOfTheDefinition) {
    const Variant& variant = GetParam();
    const std::uint64_t seed = 17;
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const std::vector<KeySet> sets = key_sets(random);
    for (std::size_t number = 0; number < sets.size(); ++number) {
        const KeySet& set = sets[number];
        // Opening an engine takes most of the time: each gets a part of the sets.
        const bool resident = variant.options.starts_with("store=memory");
        if (set.keys.size() < 2 || (!resident && number % 4 != variant.options.size() % 4)) {
            continue;
        }
        SCOPED_TRACE(set.name);
        const testing::TemporaryFolder folder;
        WorkerPool pool(variant.workers);
        const auto backend = open_paged(variant.options, folder.path(), pool);
        ASSERT_NE(backend, nullptr);
        State state;
        for (std::size_t i = 0; i < set.keys.size(); i += 3) {
            state[set.keys[i]] = Bytes(i % 90, static_cast<std::uint8_t>(i));
        }
        MapState list(state);
        ASSERT_TRUE(backend->load(list).ok());
        ASSERT_EQ(commitbench::to_hex(backend->persisted().root.view()), expected_root(state));
        for (std::uint64_t block = 1; block <= 8; ++block) {
            StateDiff diff;
            // Grows, then shrinks, and is empty at the end.
            change_some(state, diff, set.keys, block < 4 ? 1 : 6, random);
            if (block == 8) {
                diff.clear();
                for (const StateKey& key : std::set<StateKey>(set.keys.begin(), set.keys.end())) {
                    diff.add_deletion(key, OldState::unknown, {});
                }
                state.clear();
            }
            ASSERT_TRUE(backend->stage(diff).ok());
            const auto root = backend->merkleize();
            ASSERT_TRUE(root.ok());
            ASSERT_EQ(commitbench::to_hex(root->view()), expected_root(state)) << "block " << block;
            const Status persisted = backend->persist(block);
            ASSERT_TRUE(persisted.ok()) << persisted.error().message;
            if (variant.reopen) {
                ASSERT_TRUE(backend->reopen().ok());
                ASSERT_EQ(backend->persisted().block, block);
                ASSERT_EQ(backend->persisted().root, *root);
            }
            expect_reads(*backend, state, set.keys);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Everything, PagedBackend, ::testing::ValuesIn(variants()));

/// Enough keys for workers to share a block, and a third of them crowded, so that the top slice
/// goes down several pages there and no further than the top page elsewhere.
TEST(PagedBackend, SlicesOfManyWorkersGiveOneRoot) {
    const std::uint64_t seed = 5;
    SCOPED_TRACE(seed);
    std::vector<std::string> roots;
    for (const std::uint32_t workers : {1U, 2U, 7U}) {
        for (const char* const options :
             {"store=memory,elide=2", "store=file,elide=1,cache-pages=64"}) {
            std::mt19937_64 random(seed);
            std::vector<StateKey> keys(20'000);
            for (std::size_t i = 0; i < keys.size(); ++i) {
                for (std::uint8_t& byte : keys[i].bytes) {
                    byte = static_cast<std::uint8_t>(random());
                }
                if (i % 3 == 0) {
                    keys[i].bytes[0] = 0x5a;
                    keys[i].bytes[1] = i % 2 == 0 ? 0xc3 : keys[i].bytes[1];
                }
            }
            State state;
            for (std::size_t i = 0; i < keys.size() / 2; ++i) {
                state[keys[i]] = Bytes(40, 1);
            }
            const testing::TemporaryFolder folder;
            WorkerPool pool(workers);
            const auto backend = open_paged(options, folder.path(), pool);
            MapState list(state);
            ASSERT_TRUE(backend->load(list).ok());
            for (std::uint64_t block = 1; block <= 3; ++block) {
                StateDiff diff;
                change_some(state, diff, keys, 3, random);
                ASSERT_TRUE(backend->stage(diff).ok());
                ASSERT_TRUE(backend->merkleize().ok());
                ASSERT_TRUE(backend->persist(block).ok());
            }
            expect_reads(*backend, state, keys);
            roots.push_back(commitbench::to_hex(backend->persisted().root.view()));
            EXPECT_EQ(roots.back(), roots.front()) << options << ", workers " << workers;
            if (roots.size() == 1) {
                EXPECT_EQ(roots.front(), expected_root(state));
            }
        }
    }
}

/// Readers bring the same records into memory at the same time.
TEST(PagedBackend, ReadersOfManyThreadsAgree) {
    std::mt19937_64 random(3);
    State state;
    std::vector<StateKey> keys(3'000);
    for (StateKey& key : keys) {
        for (std::uint8_t& byte : key.bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
        state[key] = Bytes(30, key.bytes[0]);
    }
    const testing::TemporaryFolder folder;
    WorkerPool pool(1);
    const auto backend = open_paged("store=file,elide=4,cache-pages=4", folder.path(), pool);
    MapState list(state);
    ASSERT_TRUE(backend->load(list).ok());
    ASSERT_TRUE(backend->reopen().ok());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] { expect_reads(*backend, state, keys); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

class Facts final : public FactVisitor {
  public:
    void fact(std::string_view name, std::string_view value, std::string_view reason) override {
        told[std::string(name)] = std::string(value) + ", " + std::string(reason);
    }
    std::map<std::string, std::string> told;
};

/// Records read from the disk so far.
std::uint64_t file_reads(const Backend& backend) {
    struct Catch final : CounterVisitor {
        void counter(std::string_view name, std::uint64_t value) override {
            reads = name == "file_reads" ? value : reads;
        }
        std::uint64_t reads = 0;
    } visitor;
    backend.counters(visitor);
    return visitor.reads;
}

std::uint64_t prepopulated_pages(const Backend& backend) {
    Facts facts;
    backend.facts(facts);
    return std::stoull(facts.told.at("prepopulated_pages"));
}

TEST(PagedBackend, PrepopulatedPagesAreNotReadForABlock) {
    std::mt19937_64 random(11);
    State state;
    for (int i = 0; i < 40'000; ++i) {
        StateKey key;
        for (std::uint8_t& byte : key.bytes) {
            byte = static_cast<std::uint8_t>(random());
        }
        state[key] = Bytes(30, key.bytes[0]);
    }
    const testing::TemporaryFolder folder;
    WorkerPool pool(2);
    MapState list(state);
    ASSERT_TRUE(open_paged("store=file,elide=1", folder.path(), pool)->load(list).ok());

    const auto reads_of_one_write = [&](const std::string& options, std::uint64_t& pages) {
        const auto backend = open_paged("store=file,elide=1" + options, folder.path(), pool);
        pages = prepopulated_pages(*backend);
        StateDiff diff;
        diff.add(state.begin()->first, OldState::unknown, {}, Bytes(30, 1));
        const std::uint64_t before = file_reads(*backend);
        EXPECT_TRUE(backend->stage(diff).ok());
        return file_reads(*backend) - before;
    };
    std::uint64_t none = 0;
    std::uint64_t some = 0;
    std::uint64_t all = 0;
    EXPECT_GE(reads_of_one_write("", none), 3U);  // pages of depth 6 and 12, and the bucket
    EXPECT_EQ(reads_of_one_write(",prepopulate=on", all), 1U);
    EXPECT_GE(reads_of_one_write(",prepopulate=on,cache-pages=64", some), 2U);
    EXPECT_EQ(none, 0U);
    EXPECT_GT(all, 4'000U);  // 1 + 64 + 4,096, and where three leaves and more lie below those
    EXPECT_GT(some, 64U);
    EXPECT_LT(some, all / 2);
}

TEST(PagedBackend, DirectMeansTheOwnFilesUnlessTurnedOff) {
    WorkerPool pool(1);
    for (const bool off : {false, true}) {
        const testing::TemporaryFolder folder;
        const auto backend =
            open_paged(off ? "store=file,direct=off" : "store=file", folder.path(), pool);
        ASSERT_NE(backend, nullptr);
        Facts facts;
        backend->facts(facts);
        EXPECT_EQ(facts.told.at("file_direct") == "off, asked for", off)
            << facts.told.at("file_direct");
    }
}

TEST(PagedBackend, DirectIsRefusedWhereThereIsNothingToReadSo) {
    for (const char* const store : {"memory", "lmdb"}) {
        const testing::TemporaryFolder folder;
        const auto spec = parse_spec(std::string("paged:direct=on,store=") + store);
        const auto options = resolve_options("backend", *spec, kPagedComponent.options);
        const auto backend = kPagedComponent.create(*options, {.directory = folder.path()});
        ASSERT_FALSE(backend.ok());
        EXPECT_EQ(backend.error().code, ErrorCode::bad_input);
        EXPECT_NE(backend.error().message.find("direct=on is for store=rocksdb, and the store is " +
                                               std::string(store)),
                  std::string::npos)
            << backend.error().message;
    }
}

}  // namespace
}  // namespace commitbench::paged
