// SPDX-License-Identifier: Apache-2.0
// `flat` and `null` against std::map: blocks, readers, reopening, loads that are interrupted.
#include "flat_harness.hpp"

#include <gmock/gmock.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;

class FlatNull : public ::testing::TestWithParam<std::string> {
  protected:
    bool on_disk() const {
        return GetParam().find("lmdb") != std::string::npos ||
               GetParam().find("rocksdb") != std::string::npos;
    }
    TemporaryFolder folder_;
};

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

INSTANTIATE_TEST_SUITE_P(Backends,
                         FlatNull,
                         ::testing::Values("null",
                                           "flat:store=memory",
                                           "flat:store=lmdb",
                                           "flat:store=rocksdb",
                                           "flat:store=rocksdb,direct=on"),
                         name_of_spec);

TEST(Flat, DirectReadsAreForRocksdb) {
    const TemporaryFolder folder;
    for (const char* store : {"memory", "lmdb"}) {
        const auto refused =
            make_backend(std::string("flat:direct=on,store=") + store, folder.path());
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
        EXPECT_THAT(refused.error().message, HasSubstr("store=rocksdb"));
        EXPECT_THAT(refused.error().message, HasSubstr(store));
    }
}

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
}  // namespace commitbench::testing
