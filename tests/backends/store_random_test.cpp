// SPDX-License-Identifier: Apache-2.0
// Every store against std::map under random operations. A failure prints its seed.
#include "store_fixture.hpp"

namespace commitbench::testing {
namespace {

using Model = std::array<std::map<Bytes, Bytes>, 2>;

class StoreRandom : public ::testing::TestWithParam<std::tuple<StoreKind, std::uint64_t>> {};

Bytes key_for(std::mt19937_64& random, Table table) {
    // Few enough keys that most operations meet one that is there.
    if (table == kUniform) {
        std::mt19937_64 key(random() % 2000);
        return random_bytes(key, 32);
    }
    std::mt19937_64 key(random() % 500);
    return random_bytes(key, 1 + key() % 40);
}

std::size_t value_size(std::mt19937_64& random) {
    switch (random() % 20) {
        case 0:
            return 0;
        case 1:
            return random() % 20'000;
        case 2:
            return 30'000 + random() % 60'000;  // beyond a slab's small blocks and LMDB's pages
        default:
            return random() % 200;
    }
}

void check_reads(Store& store, const Model& model, std::mt19937_64& random) {
    auto reader = store.open_reader();
    ASSERT_OK(reader);
    for (const Table table : {kUniform, kOther}) {
        const auto& expected = model[static_cast<std::size_t>(table)];
        std::vector<Bytes> keys(100);
        for (Bytes& key : keys) {
            key = key_for(random, table);
        }
        const std::vector<ByteView> views(keys.begin(), keys.end());
        std::vector<std::optional<ByteView>> values(keys.size());
        ASSERT_OK((*reader)->multi_get(table, views, values));
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto entry = expected.find(keys[i]);
            ASSERT_EQ(values[i].has_value(), entry != expected.end());
            if (values[i]) {
                ASSERT_TRUE(equal(*values[i], entry->second));
            }
        }
        for (std::size_t i = 0; i < 10; ++i) {
            const auto entry = expected.find(keys[i]);
            const auto found = value_of(**reader, table, keys[i]);
            ASSERT_EQ(found, entry == expected.end() ? std::nullopt : std::optional(entry->second));
        }
    }
}

TEST_P(StoreRandom, AgreesWithAMap) {
    const auto [kind, seed] = GetParam();
    std::cout << "seed " << seed << "\n";
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const TemporaryFolder folder;
    auto store = open_test_store(kind, folder.path());
    ASSERT_OK(store);
    Model model;
    auto batch = (*store)->new_batch();
    for (int round = 0; round < 120; ++round) {
        const std::size_t writes = random() % 10 == 0 ? 3000 : random() % 100;
        for (std::size_t i = 0; i < writes; ++i) {
            const Table table = random() % 3 == 0 ? kOther : kUniform;
            const Bytes key = key_for(random, table);
            auto& expected = model[static_cast<std::size_t>(table)];
            if (random() % 3 == 0) {
                batch->erase(table, key);
                expected.erase(key);
            } else {
                const Bytes value =
                    random_bytes(random, writes > 100 ? random() % 64 : value_size(random));
                batch->put(table, key, value);
                expected[key] = value;
            }
        }
        constexpr std::array kModes{CommitMode::bulk, CommitMode::lazy, CommitMode::durable};
        ASSERT_OK((*store)->commit(*batch, kModes[random() % 10 == 0 ? random() % 3 : 1]));
        ASSERT_NO_FATAL_FAILURE(check_reads(**store, model, random));
        if (round % 20 == 0) {
            for (const Table table : {kUniform, kOther}) {
                const Bytes from = random() % 2 == 0 ? Bytes{} : key_for(random, table);
                const auto& expected = model[static_cast<std::size_t>(table)];
                const std::vector<std::pair<Bytes, Bytes>> wanted(expected.lower_bound(from),
                                                                  expected.end());
                ASSERT_EQ(scan_all(**store, table, from), wanted);
            }
        }
        if (kind != StoreKind::memory && random() % 15 == 0) {
            ASSERT_OK((*store)->sync());
            batch.reset();
            store = Error{};
            store = open_test_store(kind, folder.path());
            ASSERT_OK(store);
            batch = (*store)->new_batch();
            ASSERT_NO_FATAL_FAILURE(check_reads(**store, model, random));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Stores,
    StoreRandom,
    ::testing::Combine(::testing::Values(StoreKind::memory, StoreKind::lmdb, StoreKind::rocksdb),
                       ::testing::Values(1, 2, 3)),
    [](const auto& instance) {
        return kind_name(std::get<0>(instance.param)) + "_seed" +
               std::to_string(std::get<1>(instance.param));
    });

}  // namespace
}  // namespace commitbench::testing
