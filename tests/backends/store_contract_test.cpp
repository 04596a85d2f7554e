// SPDX-License-Identifier: Apache-2.0
// One suite for every store: the contracts of store.hpp, one by one.
#include "store_fixture.hpp"

namespace commitbench::testing {
namespace {

struct TestedStore {
    StoreKind kind;
    bool direct = false;
};

std::string name_of(const ::testing::TestParamInfo<TestedStore>& instance) {
    return kind_name(instance.param.kind) + (instance.param.direct ? "_direct" : "");
}

class StoreContract : public ::testing::TestWithParam<TestedStore> {
  protected:
    void SetUp() override {
        open();
        if (store_ == nullptr && refused_direct_) {
            GTEST_SKIP() << "the file system of the temporary folder refuses O_DIRECT";
        }
    }

    Result<std::unique_ptr<Store>> open_tested(std::span<const TableSpec> tables = kTestTables,
                                               std::uint64_t memory_budget = std::uint64_t{64}
                                                                             << 20) {
        return open_test_store(GetParam().kind, folder_.path(), tables, memory_budget,
                               GetParam().direct);
    }
    void open() {
        auto opened = open_tested();
        refused_direct_ =
            !opened.ok() && opened.error().message.find("refuses O_DIRECT") != std::string::npos;
        if (refused_direct_) {
            return;
        }
        ASSERT_TRUE(opened.ok()) << opened.error().message;
        store_ = std::move(*opened);
        batch_ = store_->new_batch();
    }
    void close() {
        batch_.reset();
        store_.reset();
    }
    std::unique_ptr<StoreReader> reader() {
        auto opened = store_->open_reader();
        EXPECT_TRUE(opened.ok());
        return std::move(*opened);
    }
    std::optional<Bytes> value(Table table, const Bytes& key) {
        return value_of(*reader(), table, key);
    }
    void put(Table table,
             const Bytes& key,
             const Bytes& value,
             CommitMode mode = CommitMode::lazy) {
        batch_->put(table, key, value);
        ASSERT_OK(store_->commit(*batch_, mode));
    }
    bool on_disk() const { return GetParam().kind != StoreKind::memory; }

    TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<Batch> batch_;
    bool refused_direct_ = false;
};

class StoreOnDisk : public StoreContract {};

TEST_P(StoreContract, AbsentPresentAndEmptyAreThreeThings) {
    put(kOther, bytes_of("empty"), {});
    put(kOther, bytes_of("full"), bytes_of("value"));
    EXPECT_EQ(value(kOther, bytes_of("none")), std::nullopt);
    EXPECT_EQ(value(kOther, bytes_of("empty")), Bytes{});
    EXPECT_EQ(value(kOther, bytes_of("full")), bytes_of("value"));
}

TEST_P(StoreContract, TablesAreApart) {
    put(kOther, Bytes(32, 1), bytes_of("other"));
    EXPECT_EQ(value(kUniform, Bytes(32, 1)), std::nullopt);
    put(kUniform, Bytes(32, 1), bytes_of("uniform"));
    EXPECT_EQ(value(kOther, Bytes(32, 1)), bytes_of("other"));
    EXPECT_EQ(value(kUniform, Bytes(32, 1)), bytes_of("uniform"));
}

TEST_P(StoreContract, LastWriteOfAKeyWins) {
    const Bytes key(32, 7);
    put(kUniform, key, bytes_of("before"));
    batch_->put(kUniform, key, bytes_of("first"));
    batch_->erase(kUniform, key);
    batch_->put(kUniform, key, bytes_of("last, and longer than the one before it"));
    batch_->put(kUniform, Bytes(32, 8), bytes_of("x"));
    batch_->erase(kUniform, Bytes(32, 8));
    batch_->erase(kUniform, Bytes(32, 9));  // was never there
    ASSERT_OK(store_->commit(*batch_, CommitMode::lazy));
    EXPECT_EQ(value(kUniform, key), bytes_of("last, and longer than the one before it"));
    EXPECT_EQ(value(kUniform, Bytes(32, 8)), std::nullopt);
    EXPECT_EQ(scan_all(*store_, kUniform).size(), 1U);
}

TEST_P(StoreContract, BatchIsSeenWholeAndOnlyAfterCommit) {
    auto early = reader();
    batch_->put(kUniform, Bytes(32, 1), bytes_of("a"));
    batch_->put(kOther, bytes_of("k"), bytes_of("b"));
    EXPECT_EQ(batch_->bytes(), 32U + 1 + 1 + 1);
    EXPECT_EQ(value_of(*early, kUniform, Bytes(32, 1)), std::nullopt);
    ASSERT_OK(store_->commit(*batch_, CommitMode::lazy));
    EXPECT_EQ(batch_->bytes(), 0U);
    // A reader sees what was committed before its call, also by commits after it was opened.
    EXPECT_EQ(value_of(*early, kUniform, Bytes(32, 1)), bytes_of("a"));
    EXPECT_EQ(value_of(*early, kOther, bytes_of("k")), bytes_of("b"));
    // An emptied batch does nothing, and may be filled again.
    ASSERT_OK(store_->commit(*batch_, CommitMode::durable));
    put(kOther, bytes_of("k"), bytes_of("c"));
    EXPECT_EQ(value_of(*early, kOther, bytes_of("k")), bytes_of("c"));
}

TEST_P(StoreContract, MultiGetAnswersInTheOrderOfTheQuestion) {
    std::mt19937_64 random(1);
    std::vector<Bytes> keys;
    for (int i = 0; i < 1000; ++i) {
        keys.push_back(random_bytes(random, 32));
        if (i % 3 != 0) {
            batch_->put(kUniform, keys.back(), Bytes(static_cast<std::size_t>(i), 5));
        }
    }
    ASSERT_OK(store_->commit(*batch_, CommitMode::lazy));
    keys.push_back(keys[1]);  // twice in one call
    const std::vector<ByteView> views(keys.begin(), keys.end());
    std::vector<std::optional<ByteView>> values(views.size(), ByteView{});
    auto opened = reader();
    ASSERT_OK(opened->multi_get(kUniform, views, values));
    for (std::size_t i = 0; i < 1000; ++i) {
        ASSERT_EQ(values[i].has_value(), i % 3 != 0) << i;
        if (values[i]) {
            EXPECT_EQ(Bytes(values[i]->begin(), values[i]->end()), Bytes(i, 5));
        }
    }
    ASSERT_TRUE(values[1000].has_value());
    EXPECT_EQ(values[1000]->size(), 1U);
    ASSERT_OK(opened->multi_get(kUniform, {}, {}));
}

TEST_P(StoreContract, ScanGoesUpFromTheKeyAsked) {
    for (const std::string_view key : {"b", "a", "ba", "c", "\xff", "aa"}) {
        batch_->put(kOther, as_bytes(key), as_bytes(key));
    }
    batch_->put(kUniform, Bytes(32, 0), {});
    ASSERT_OK(store_->commit(*batch_, CommitMode::lazy));
    const auto keys_from = [this](std::string_view from) {
        std::vector<std::string> keys;
        for (const auto& [key, value] : scan_all(*store_, kOther, as_bytes(from))) {
            EXPECT_EQ(key, value);
            keys.emplace_back(as_text(key));
        }
        return keys;
    };
    using Keys = std::vector<std::string>;
    EXPECT_EQ(keys_from(""), (Keys{"a", "aa", "b", "ba", "c", "\xff"}));
    EXPECT_EQ(keys_from("b"), (Keys{"b", "ba", "c", "\xff"}));
    EXPECT_EQ(keys_from("ab"), (Keys{"b", "ba", "c", "\xff"}));
    EXPECT_EQ(keys_from("\xff\x01"), Keys{});
}

TEST_P(StoreContract, ScanOfAnEmptyTableEndsAndStaysAtTheEnd) {
    auto scan = store_->scan(kOther, {});
    ASSERT_OK(scan);
    ByteView key;
    ByteView value;
    for (int i = 0; i < 3; ++i) {
        const auto more = (*scan)->next(key, value);
        ASSERT_OK(more);
        EXPECT_FALSE(*more);
    }
}

TEST_P(StoreContract, CommitUnderAScanIsRefused) {
    put(kOther, bytes_of("k"), bytes_of("old"));
    {
        auto scan = store_->scan(kOther, {});
        ASSERT_OK(scan);
        batch_->put(kOther, bytes_of("k"), bytes_of("new"));
        const Status refused = store_->commit(*batch_, CommitMode::lazy);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
    }
    EXPECT_EQ(value(kOther, bytes_of("k")), bytes_of("old"));
    put(kOther, bytes_of("k"), bytes_of("new"));
    EXPECT_EQ(value(kOther, bytes_of("k")), bytes_of("new"));
}

TEST_P(StoreContract, LargestKeysAndValuesAreTaken) {
    std::mt19937_64 random(2);
    const Bytes key = random_bytes(random, kMaxKeyBytes);
    const Bytes large(kMaxValueBytes, 0xab);
    put(kOther, key, large);
    put(kOther, bytes_of("k"), bytes_of("small"));
    EXPECT_EQ(value(kOther, key), large);
    put(kOther, key, bytes_of("small now"));
    EXPECT_EQ(value(kOther, key), bytes_of("small now"));
    EXPECT_EQ(value(kOther, bytes_of("k")), bytes_of("small"));
}

TEST_P(StoreContract, TooLargeIsRefusedWithNothingApplied) {
    const auto refuse = [this](const Bytes& key, const Bytes& value) {
        batch_->put(kOther, bytes_of("companion"), bytes_of("x"));
        batch_->put(kOther, key, value);
        const Status refused = store_->commit(*batch_, CommitMode::lazy);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
        EXPECT_NE(refused.error().message.find("bytes"), std::string::npos);
    };
    refuse(Bytes(kMaxKeyBytes + 1, 1), {});
    refuse({}, {});
    refuse(bytes_of("k"), Bytes(kMaxValueBytes + 1, 1));
    EXPECT_TRUE(scan_all(*store_, kOther).empty());
    put(kOther, bytes_of("k"), {});  // the batch is clean again
    // Reading such a key is no error: nothing can be there.
    EXPECT_EQ(value(kOther, Bytes(kMaxKeyBytes + 1, 1)), std::nullopt);
    EXPECT_EQ(value(kOther, Bytes{}), std::nullopt);
}

TEST_P(StoreOnDisk, ReopenedStoreHoldsEveryMode) {
    put(kUniform, Bytes(32, 1), bytes_of("bulk"), CommitMode::bulk);
    ASSERT_OK(store_->sync());
    put(kUniform, Bytes(32, 2), bytes_of("lazy"), CommitMode::lazy);
    put(kUniform, Bytes(32, 3), bytes_of("durable"), CommitMode::durable);
    close();
    open();
    EXPECT_EQ(value(kUniform, Bytes(32, 1)), bytes_of("bulk"));
    EXPECT_EQ(value(kUniform, Bytes(32, 2)), bytes_of("lazy"));
    EXPECT_EQ(value(kUniform, Bytes(32, 3)), bytes_of("durable"));
}

TEST_P(StoreOnDisk, OtherTablesAreRefusedAndNothingIsLost) {
    put(kOther, bytes_of("k"), bytes_of("v"), CommitMode::durable);
    close();
    const std::array one{TableSpec{"uniform", true}};
    const std::array renamed{TableSpec{"uniform", true}, TableSpec{"another", false}};
    const std::array more{TableSpec{"uniform", true}, TableSpec{"other", false},
                          TableSpec{"third", false}};
    for (const std::span<const TableSpec> tables :
         {std::span<const TableSpec>(one), std::span<const TableSpec>(renamed),
          std::span<const TableSpec>(more)}) {
        const auto refused = open_tested(tables);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::bad_input);
        EXPECT_NE(refused.error().message.find("other"), std::string::npos)
            << refused.error().message;
        EXPECT_NE(refused.error().message.find(folder_.path().string()), std::string::npos);
    }
    open();
    EXPECT_EQ(value(kOther, bytes_of("k")), bytes_of("v"));
}

TEST_P(StoreContract, BulkInOrderAndOutOfOrder) {
    // In order (LMDB appends), then before and between what is there, then over it.
    for (const int offset : {1000, 2000, 0, 1500}) {
        for (int i = 0; i < 600; ++i) {
            Bytes key(32, 0);
            key[0] = static_cast<std::uint8_t>((offset + i) >> 8);
            key[1] = static_cast<std::uint8_t>(offset + i);
            batch_->put(kUniform, key, bytes_of(std::to_string(offset)));
        }
        ASSERT_OK(store_->commit(*batch_, CommitMode::bulk));
    }
    ASSERT_OK(store_->sync());
    const auto entries = scan_all(*store_, kUniform);
    ASSERT_EQ(entries.size(),
              600U + 500 + 600 + 500);  // 0..599, 1000..1499, 1500..2099, 2100..2599
    for (const auto& [key, value] : entries) {
        const int number = key[0] * 256 + key[1];
        const std::string expected = number < 1000   ? "0"
                                     : number < 1500 ? "1000"
                                     : number < 2100 ? "1500"
                                                     : "2000";
        EXPECT_EQ(as_text(value), expected) << number;
    }
}

TEST_P(StoreContract, CountersSayWhatWasDone) {
    const std::uint64_t syncs = counter_of(*store_, "store_syncs");
    put(kUniform, Bytes(32, 1), bytes_of("four"), CommitMode::durable);
    put(kUniform, Bytes(32, 2), bytes_of("four"), CommitMode::lazy);
    ASSERT_OK(store_->sync());
    EXPECT_EQ(counter_of(*store_, "store_put_bytes"), 2U * 36);
    EXPECT_EQ(counter_of(*store_, "store_syncs") - syncs, on_disk() ? 2U : 0U);
    {
        auto opened = reader();
        (void)value_of(*opened, kUniform, Bytes(32, 1));
        (void)value_of(*opened, kUniform, Bytes(32, 9));
        EXPECT_EQ(counter_of(*store_, "store_gets"), 2U);
    }
    EXPECT_EQ(counter_of(*store_, "store_gets"), 2U) << "a reader's counts outlive it";
    EXPECT_EQ(counter_of(*store_, "store_get_bytes"), 4U);
    EXPECT_GT(counter_of(*store_, "store_bytes"), 0U);
    EXPECT_NE(fact_of(*store_, "store").find(kind_name(GetParam().kind)), std::string::npos);
}

TEST_P(StoreOnDisk, StateBeyondTheCacheIsServed) {
    close();
    // 24 MiB under a budget of 8 MiB.
    std::filesystem::remove_all(folder_.path() / kind_name(GetParam().kind));
    auto opened = open_tested(kTestTables, std::uint64_t{8} << 20);
    ASSERT_OK(opened);
    store_ = std::move(*opened);
    batch_ = store_->new_batch();
    std::mt19937_64 random(3);
    std::vector<Bytes> keys;
    for (int i = 0; i < 24 * 256; ++i) {
        keys.push_back(random_bytes(random, 32));
        Bytes value(4096 - 32, static_cast<std::uint8_t>(i));
        batch_->put(kUniform, keys.back(), value);
        if (batch_->bytes() >= std::size_t{1} << 20) {
            ASSERT_OK(store_->commit(*batch_, CommitMode::lazy));
        }
    }
    ASSERT_OK(store_->commit(*batch_, CommitMode::lazy));
    auto by_key = reader();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto found = value_of(*by_key, kUniform, keys[i]);
        ASSERT_TRUE(found.has_value()) << i;
        EXPECT_EQ(found->front(), static_cast<std::uint8_t>(i));
    }
}

TEST(RocksStore, SaysWhetherThePageCacheIsUsed) {
    const TemporaryFolder folder;
    const auto through = open_test_store(StoreKind::rocksdb, folder.path());
    ASSERT_OK(through);
    EXPECT_TRUE(fact_of(**through, "store_page_cache").starts_with("used"));
    const TemporaryFolder other;
    const auto past = open_test_store(StoreKind::rocksdb, other.path(), kTestTables,
                                      std::uint64_t{64} << 20, true);
    if (!past && past.error().message.find("refuses O_DIRECT") != std::string::npos) {
        GTEST_SKIP() << past.error().message;
    }
    ASSERT_OK(past);
    EXPECT_TRUE(fact_of(**past, "store_page_cache").starts_with("not used"));
}

INSTANTIATE_TEST_SUITE_P(Stores,
                         StoreContract,
                         ::testing::Values(TestedStore{StoreKind::memory},
                                           TestedStore{StoreKind::lmdb},
                                           TestedStore{StoreKind::rocksdb},
                                           TestedStore{StoreKind::rocksdb, true}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(Stores,
                         StoreOnDisk,
                         ::testing::Values(TestedStore{StoreKind::lmdb},
                                           TestedStore{StoreKind::rocksdb},
                                           TestedStore{StoreKind::rocksdb, true}),
                         name_of);

}  // namespace
}  // namespace commitbench::testing
