// SPDX-License-Identifier: Apache-2.0
// What goes wrong: full disk, full budget, damaged and foreign files. One clear line, and nothing
// lost.
#include "store_fixture.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <sys/mount.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void expect_one_line(const Error& error, ErrorCode code, std::string_view part) {
    EXPECT_EQ(error.code, code) << error.message;
    EXPECT_THAT(error.message, HasSubstr(part));
    EXPECT_THAT(error.message, Not(HasSubstr("\n")));
}

/// A small file system of its own, where the user may mount one.
class SmallDisk {
  public:
    explicit SmallDisk(const std::filesystem::path& at) : at_(at) {
        mounted_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, "size=8m") == 0;
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted_) {
            ::umount2(at_.c_str(), MNT_DETACH);
        }
    }
    [[nodiscard]] bool mounted() const { return mounted_; }
    void enlarge() const {
        ASSERT_EQ(::mount("tmpfs", at_.c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0);
    }

  private:
    std::filesystem::path at_;
    bool mounted_;
};

class DiskStore : public ::testing::TestWithParam<StoreKind> {
  protected:
    std::filesystem::path files() const { return folder_.path() / kind_name(GetParam()); }
    TemporaryFolder folder_;
};

TEST_P(DiskStore, FullDiskIsAnErrorAndKeepsWhatWasCommitted) {
    for (const CommitMode mode : {CommitMode::lazy, CommitMode::durable}) {
        const SmallDisk disk(folder_.path());
        if (!disk.mounted()) {
            GTEST_SKIP() << "needs root, to mount a small file system";
        }
        std::uint32_t committed = 0;
        std::mt19937_64 random(4);
        const auto key_of = [](std::uint32_t round, std::uint32_t i) {
            std::mt19937_64 key(round * 1000ULL + i);
            return random_bytes(key, 32);
        };
        {
            auto store =
                open_test_store(GetParam(), folder_.path(), kTestTables, std::uint64_t{8} << 20);
            ASSERT_OK(store);
            auto batch = (*store)->new_batch();
            std::optional<Error> error;
            while (!error && committed < 200) {
                for (std::uint32_t i = 0; i < 50; ++i) {
                    batch->put(kUniform, key_of(committed, i), random_bytes(random, 4000));
                }
                batch->put(kOther, bytes_of("round"), bytes_of(std::to_string(committed)));
                const Status status = (*store)->commit(*batch, mode);
                if (status.ok()) {
                    ++committed;
                } else {
                    error = status.error();
                }
            }
            ASSERT_TRUE(error.has_value()) << "40 MB went onto a disk of 8 MiB";
            expect_one_line(*error, ErrorCode::io, folder_.path().string());
            EXPECT_THAT(error->message, HasSubstr("full"));
            EXPECT_GT(committed, 2U);
            auto reader = (*store)->open_reader();
            ASSERT_OK(reader);
            EXPECT_EQ(value_of(**reader, kOther, bytes_of("round")),
                      bytes_of(std::to_string(committed - 1)));
            for (std::uint32_t round = 0; round < committed; ++round) {
                EXPECT_TRUE(value_of(**reader, kUniform, key_of(round, 49)).has_value());
            }
            EXPECT_FALSE(value_of(**reader, kUniform, key_of(committed, 0)).has_value());
        }
        disk.enlarge();
        auto store =
            open_test_store(GetParam(), folder_.path(), kTestTables, std::uint64_t{8} << 20);
        ASSERT_OK(store);
        auto reader = (*store)->open_reader();
        ASSERT_OK(reader);
        // After a failed sync the log may hold the batch nevertheless: then it is there as a whole.
        const bool one_more = value_of(**reader, kUniform, key_of(committed, 0)).has_value();
        const std::uint32_t rounds = committed + (one_more ? 1 : 0);
        EXPECT_EQ(value_of(**reader, kOther, bytes_of("round")),
                  bytes_of(std::to_string(rounds - 1)));
        EXPECT_EQ(scan_all(**store, kUniform).size(), rounds * 50U);
    }
}

TEST_P(DiskStore, NoRoomToCreateIsAnError) {
    const SmallDisk disk(folder_.path());
    if (!disk.mounted()) {
        GTEST_SKIP() << "needs root, to mount a small file system";
    }
    {
        std::ofstream filler(folder_.path() / "filler", std::ios::binary);
        const std::string block(1 << 16, 'x');
        while (filler.write(block.data(), 1 << 16) && filler.flush()) {
        }
    }
    const auto store = open_test_store(GetParam(), folder_.path());
    ASSERT_FALSE(store.ok());
    expect_one_line(store.error(), ErrorCode::io, folder_.path().string());
    EXPECT_THAT(store.error().message, HasSubstr("full"));
}

TEST_P(DiskStore, ForeignFilesAreRefused) {
    std::filesystem::create_directories(files());
    for (const char* name : {"data.mdb", "CURRENT", "MANIFEST-000001"}) {
        std::ofstream(files() / name) << std::string(20'000, 'x');
    }
    const auto store = open_test_store(GetParam(), folder_.path());
    ASSERT_FALSE(store.ok());
    expect_one_line(store.error(), ErrorCode::corrupt, files().string());
}

/// The largest file of the store: LMDB's data file, RocksDB's only table file.
std::filesystem::path largest_file(const std::filesystem::path& folder,
                                   std::string_view extension) {
    std::filesystem::path largest;
    std::uintmax_t size = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == extension && entry.file_size() >= size) {
            size = entry.file_size();
            largest = entry.path();
        }
    }
    return largest;
}

TEST_P(DiskStore, TruncatedFileIsRefused) {
    {
        auto store = open_test_store(GetParam(), folder_.path());
        ASSERT_OK(store);
        auto batch = (*store)->new_batch();
        std::mt19937_64 random(5);
        for (int i = 0; i < 2000; ++i) {
            batch->put(kUniform, random_bytes(random, 32), random_bytes(random, 500));
        }
        ASSERT_OK((*store)->commit(*batch, CommitMode::bulk));
        ASSERT_OK((*store)->sync());
    }
    const auto file = largest_file(files(), GetParam() == StoreKind::lmdb ? ".mdb" : ".sst");
    ASSERT_FALSE(file.empty());
    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    const auto store = open_test_store(GetParam(), folder_.path());
    ASSERT_FALSE(store.ok());
    expect_one_line(store.error(), ErrorCode::corrupt, files().string());
}

TEST_P(DiskStore, MissingFolderIsAnError) {
    const auto store = open_test_store(GetParam(), folder_.path() / "not" / "there");
    ASSERT_FALSE(store.ok());
    expect_one_line(store.error(), ErrorCode::io, "not/there");
}

INSTANTIATE_TEST_SUITE_P(Stores,
                         DiskStore,
                         ::testing::Values(StoreKind::lmdb, StoreKind::rocksdb),
                         [](const auto& instance) { return kind_name(instance.param); });

TEST(RocksStore, AFileSystemWithoutDirectReadsIsNamed) {
    const TemporaryFolder folder;
    if (::mount("ramfs", folder.path().c_str(), "ramfs", 0, nullptr) != 0) {
        GTEST_SKIP() << "needs root, to mount a file system that refuses O_DIRECT";
    }
    const auto store = open_test_store(StoreKind::rocksdb, folder.path(), kTestTables,
                                       std::uint64_t{64} << 20, true);
    const bool left_nothing = std::filesystem::is_empty(folder.path());
    ::umount2(folder.path().c_str(), MNT_DETACH);
    ASSERT_FALSE(store.ok());
    expect_one_line(store.error(), ErrorCode::bad_input, "refuses O_DIRECT");
    EXPECT_THAT(store.error().message, HasSubstr(folder.path().string()));
    EXPECT_THAT(store.error().message, HasSubstr("direct=off"));
    EXPECT_TRUE(left_nothing);
}

TEST(RocksStore, HalfMadeStoreIsMadeAnew) {
    const TemporaryFolder folder;
    // What is left where the process died while creating: the final name is not there yet.
    std::filesystem::create_directories(folder.path() / "rocksdb.new");
    std::ofstream(folder.path() / "rocksdb.new" / "CURRENT") << "MANIFEST-000004\n";
    ASSERT_OK(open_test_store(StoreKind::rocksdb, folder.path()));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "rocksdb.new"));
}

TEST(LmdbStore, MapGrowsWithinOneBatchAndBetweenBatches) {
    const TemporaryFolder folder;
    auto store = open_test_store(StoreKind::lmdb, folder.path());
    ASSERT_OK(store);
    EXPECT_THAT(fact_of(**store, "store_map"), HasSubstr("64MiB | grew 0 times"));
    auto batch = (*store)->new_batch();
    // 2023-byte values take a page each, so that 33.5 MB of batch (below half the map: no growth
    // ahead) need 67.6 MB of pages, more than the map of 64 MiB.
    const auto key_of = [](std::uint32_t i) {
        return Bytes{0,
                     0,
                     0,
                     0,
                     0,
                     static_cast<std::uint8_t>(i >> 16),
                     static_cast<std::uint8_t>(i >> 8),
                     static_cast<std::uint8_t>(i)};
    };
    for (std::uint32_t i = 0; i < 16'500; ++i) {
        batch->put(kOther, key_of(i), Bytes(2023, static_cast<std::uint8_t>(i)));
    }
    ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
    EXPECT_THAT(fact_of(**store, "store_map"), HasSubstr("128MiB | grew 1 times"));
    auto reader = (*store)->open_reader();
    ASSERT_OK(reader);
    // With a reader that holds its snapshot, as readers do between calls.
    EXPECT_EQ(value_of(**reader, kOther, key_of(7)), Bytes(2023, 7));
    batch->put(kOther, key_of(20'000), Bytes(kMaxValueBytes, 1));
    ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
    EXPECT_THAT(fact_of(**store, "store_map"), HasSubstr("256MiB | grew 2 times"));
    for (std::uint32_t i = 0; i < 16'500; i += 100) {
        ASSERT_EQ(value_of(**reader, kOther, key_of(i)), Bytes(2023, static_cast<std::uint8_t>(i)));
    }
}

TEST(MemoryStore, BeyondTheBudgetIsRefusedWithNothingApplied) {
    // The floor of 64 MiB holds where the budget is smaller.
    auto store = open_test_store(StoreKind::memory, {}, kTestTables, std::uint64_t{1} << 20);
    ASSERT_OK(store);
    auto batch = (*store)->new_batch();
    const auto key_of = [](std::uint64_t i) {
        std::mt19937_64 key(i);
        return random_bytes(key, 32);
    };
    std::uint64_t committed = 0;
    std::optional<Error> error;
    while (!error && committed < 300) {
        for (std::uint64_t i = 0; i < 1000; ++i) {
            batch->put(kUniform, key_of(committed * 1000 + i),
                       Bytes(300, static_cast<std::uint8_t>(committed)));
        }
        const Status status = (*store)->commit(*batch, CommitMode::lazy);
        if (status.ok()) {
            ++committed;
        } else {
            error = status.error();
        }
    }
    ASSERT_TRUE(error.has_value()) << "100 MB fit into 64 MiB";
    expect_one_line(*error, ErrorCode::does_not_fit, "64 MiB");
    EXPECT_THAT(error->message, HasSubstr("--memory"));
    EXPECT_GT(committed, 100U) << "refused far below the limit";
    EXPECT_LE(counter_of(**store, "store_bytes"), std::uint64_t{64} << 20);
    auto reader = (*store)->open_reader();
    ASSERT_OK(reader);
    EXPECT_EQ(value_of(**reader, kUniform, key_of(committed * 1000)), std::nullopt);
    EXPECT_EQ(value_of(**reader, kUniform, key_of(committed * 1000 - 1)),
              Bytes(300, static_cast<std::uint8_t>(committed - 1)));
    // At the limit, values may still change in place, and room that was freed may be taken again.
    for (std::uint64_t i = 0; i < 2000; ++i) {
        batch->put(kUniform, key_of(i), Bytes(300, 0xee));
    }
    ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
    for (std::uint64_t i = 0; i < 2000; ++i) {
        batch->erase(kUniform, key_of(i));
    }
    ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
    for (std::uint64_t i = 0; i < 1000; ++i) {
        batch->put(kUniform, key_of(1'000'000 + i), Bytes(300, 0xdd));
    }
    ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
    EXPECT_EQ(value_of(**reader, kUniform, key_of(1'000'999)), Bytes(300, 0xdd));
}

TEST(MemoryStore, LargeValuesGiveTheirMemoryBack) {
    auto store = open_test_store(StoreKind::memory, {}, kTestTables, 0);
    ASSERT_OK(store);
    auto batch = (*store)->new_batch();
    for (int i = 0; i < 20; ++i) {  // 320 MB in all, 16 MiB at a time, under a limit of 64 MiB
        batch->put(kOther, bytes_of("k"),
                   Bytes(std::size_t{16} << 20, static_cast<std::uint8_t>(i)));
        ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
        batch->put(kOther, bytes_of("k"), Bytes(8, 1));
        ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
    }
    EXPECT_LT(counter_of(**store, "store_bytes"), std::uint64_t{4} << 20);
}

TEST(MemoryStore, CollidingHashesAreToldApart) {
    // Equal in the two words that the table hashes by: only the middle of the key differs.
    auto store = open_test_store(StoreKind::memory, {});
    ASSERT_OK(store);
    auto batch = (*store)->new_batch();
    std::vector<Bytes> keys;
    for (std::uint8_t i = 0; i < 100; ++i) {
        keys.emplace_back(32, 3);
        keys.back()[12] = i;
        batch->put(kUniform, keys.back(), Bytes(1, i));
    }
    ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
    const std::vector<ByteView> views(keys.begin(), keys.end());
    std::vector<std::optional<ByteView>> values(views.size());
    auto reader = (*store)->open_reader();
    ASSERT_OK(reader);
    ASSERT_OK((*reader)->multi_get(kUniform, views, values));
    for (std::uint8_t i = 0; i < 100; ++i) {
        ASSERT_TRUE(values[i].has_value());
        EXPECT_EQ(values[i]->front(), i);
    }
}

}  // namespace
}  // namespace commitbench::testing
