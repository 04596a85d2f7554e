// SPDX-License-Identifier: Apache-2.0
// What an ExtentFile promises, on real files: both I/O engines, with and without the page cache.
#include "paged_file_history.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>

namespace commitbench::testing {
namespace {

using paged::Checkpoint;
using paged::Extent;
using paged::ExtentFile;
using paged::ExtentFileSettings;
using paged::ExtentReader;
using paged::IoEngine;
using ::testing::HasSubstr;

/// Facts and counters by name.
class Told : public FactVisitor, public CounterVisitor {
  public:
    explicit Told(const ExtentFile& file) {
        file.facts(*this);
        file.counters(*this);
    }
    void fact(std::string_view name, std::string_view value, std::string_view why) override {
        facts[std::string(name)] = value;
        EXPECT_FALSE(why.empty()) << name;
    }
    void counter(std::string_view name, std::uint64_t value) override {
        counters[std::string(name)] = value;
    }
    std::map<std::string, std::string, std::less<>> facts;
    std::map<std::string, std::uint64_t, std::less<>> counters;
};

struct Path {
    IoEngine engine;
    bool direct;
};

class RealFiles : public ::testing::TestWithParam<Path> {
  protected:
    ExtentFileSettings settings() const {
        ExtentFileSettings settings;
        settings.directory = folder_.path();
        settings.durability = Durability::block;
        settings.io = GetParam().engine;
        settings.direct = GetParam().direct;
        settings.growth_bytes = std::uint64_t{1} << 20;
        settings.log_growth_bytes = std::uint64_t{256} << 10;
        return settings;
    }
    std::unique_ptr<ExtentFile> open() const {
        auto file = ExtentFile::open(settings());
        EXPECT_TRUE(file.ok()) << file.error().message;
        return file ? std::move(*file) : nullptr;
    }
    TemporaryFolder folder_;
};

Extent write(ExtentFile& file, ByteView payload) {
    const auto extent = file.write(payload);
    EXPECT_TRUE(extent.ok()) << extent.error().message;
    return extent ? *extent : Extent{};
}

void expect_payload(ExtentReader& reader, const Extent& extent, ByteView payload) {
    ExtentReader::Request request{extent, {}};
    const Status status = reader.read({&request, 1});
    ASSERT_TRUE(status.ok()) << status.error().message;
    EXPECT_TRUE(equal(request.payload, payload));
}

TEST_P(RealFiles, NewStoreHasNothing) {
    for (int i = 0; i < 2; ++i) {
        const auto file = open();
        EXPECT_FALSE(file->checkpoint().has_value());
        EXPECT_FALSE(file->last_block().has_value());
        ASSERT_OK(file->replay([](std::uint64_t, ByteView) -> Status {
            ADD_FAILURE() << "a block out of nowhere";
            return {};
        }));
    }
}

TEST_P(RealFiles, FactsNameEngineAndPath) {
    const auto file = open();
    const Told told(*file);
    EXPECT_EQ(told.facts.at("file_io"),
              GetParam().engine == IoEngine::uring ? "io_uring" : "threads");
    if (!GetParam().direct) {
        EXPECT_EQ(told.facts.at("file_direct"), "off");
    }
}

TEST_P(RealFiles, RecordsOfAllSizesSurviveReopen) {
    std::mt19937_64 random(1);
    std::vector<WrittenRecord> records;
    Checkpoint checkpoint{7, Root::from(random_bytes(random, 32)), {}, 99};
    {
        const auto file = open();
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, std::size_t{500}, std::size_t{501}, std::size_t{4084},
              std::size_t{4085}, std::size_t{1} << 20, std::size_t{4} << 20,
              std::size_t{9} << 20}) {
            Bytes payload = random_bytes(random, size);
            records.push_back({write(*file, payload), std::move(payload)});
        }
        for (int i = 0; i < 500; ++i) {
            Bytes payload = random_bytes(random, random_size(random));
            records.push_back({write(*file, payload), std::move(payload)});
        }
        checkpoint.top = records.back().extent;
        ASSERT_OK(file->commit_checkpoint(checkpoint));
        EXPECT_EQ(file->last_block(), 7U);
    }
    const auto file = open();
    EXPECT_EQ(file->checkpoint(), checkpoint);
    const auto reader = file->open_reader();
    ASSERT_OK(reader);
    std::vector<ExtentReader::Request> requests;
    for (const WrittenRecord& record : records) {
        EXPECT_EQ(Extent::unpack(record.extent.packed()), record.extent);
        requests.push_back({record.extent, {}});
    }
    ASSERT_OK((*reader)->read(requests));
    for (std::size_t i = 0; i < records.size(); ++i) {
        EXPECT_TRUE(equal(requests[i].payload, records[i].payload)) << i;
    }
}

TEST_P(RealFiles, ReadersSeeWhatWasFlushed) {
    const auto file = open();
    const Extent extent = write(*file, bytes_of("flushed"));
    ASSERT_OK(file->flush());
    const auto reader = file->open_reader();
    ASSERT_OK(reader);
    expect_payload(**reader, extent, bytes_of("flushed"));
}

TEST_P(RealFiles, LogIsReplayedAndEmptiedByACheckpoint) {
    std::map<std::uint64_t, Bytes> logged;
    std::mt19937_64 random(2);
    for (std::uint64_t life = 0; life < 6; ++life) {
        const auto file = open();
        std::map<std::uint64_t, Bytes> replayed;
        ASSERT_OK(file->replay([&](std::uint64_t block, ByteView payload) -> Status {
            replayed[block] = Bytes(payload.begin(), payload.end());
            return {};
        }));
        EXPECT_EQ(replayed, logged);
        if (life == 3) {
            ASSERT_OK(file->commit_checkpoint({*file->last_block(), {}, {}, 0}));
            EXPECT_EQ(file->log_bytes_since_checkpoint(), 0U);
            logged.clear();
        }
        const std::uint64_t syncs = Told(*file).counters.at("file_syncs");
        for (int i = 0; i < 4; ++i) {
            const std::uint64_t block = file->last_block() ? *file->last_block() + 1 : 1;
            // The last is larger than the log's step and than a write buffer.
            const Bytes payload =
                random_bytes(random, i == 3 ? std::size_t{5} << 20 : random_size(random));
            const std::size_t half = payload.size() / 2;
            const std::array<ByteView, 3> pieces{ByteView(payload).first(half), ByteView{},
                                                 ByteView(payload).subspan(half)};
            ASSERT_OK(file->log_block(block, pieces));
            logged[block] = payload;
        }
        EXPECT_EQ(Told(*file).counters.at("file_syncs"), syncs + 4);
    }
}

TEST_P(RealFiles, AnErrorOfReplayIsHandedOn) {
    const auto file = open();
    ASSERT_OK(file->log_block(1, {}));
    const Status status =
        file->replay([](std::uint64_t, ByteView) -> Status { return bad_input("enough"); });
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().message, "enough");
}

TEST_P(RealFiles, FreedSpaceIsUsedAgain) {
    std::mt19937_64 random(3);
    const auto file = open();
    std::vector<Extent> live;
    std::uint64_t live_sectors = 0;
    for (int round = 0; round < 200; ++round) {
        for (int i = 0; i < 400; ++i) {
            if (live.size() > 2000) {
                const std::size_t at = random() % live.size();
                live_sectors -= live[at].sectors;
                file->release(live[at]);
                live[at] = live.back();
                live.pop_back();
            }
            live.push_back(write(*file, Bytes(random() % 2000, 1)));
            live_sectors += live.back().sectors;
        }
        ASSERT_OK(file->commit_checkpoint({static_cast<std::uint64_t>(round), {}, {}, 0}));
    }
    const Told told(*file);
    // 80,000 records were written, 90 MB, of which 2,000 live; sector_map.hpp says how many times
    // that the file may be.
    EXPECT_LT(told.counters.at("file_bytes"), 7 * live_sectors * 512 + (std::uint64_t{3} << 20));
    EXPECT_GT(told.counters.at("file_write_bytes"), std::uint64_t{80} << 20);
}

TEST_P(RealFiles, ReadersOfSeveralThreadsBesideTheWriter) {
    constexpr std::uint32_t kRecords = 500;
    const auto file = open();
    std::vector<Extent> extents;
    const auto payload_of = [](std::uint32_t i) {
        return Bytes(1 + i * 37 % 5000, static_cast<std::uint8_t>(i % 251));
    };
    for (std::uint32_t i = 0; i < kRecords; ++i) {
        extents.push_back(write(*file, payload_of(i)));
    }
    ASSERT_OK(file->commit_checkpoint({1, {}, extents[0], 0}));
    std::vector<std::unique_ptr<ExtentReader>> readers;
    for (int i = 0; i < 3; ++i) {
        auto reader = file->open_reader();
        ASSERT_OK(reader);
        readers.push_back(std::move(*reader));
    }
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < readers.size(); ++thread) {
        threads.emplace_back([&, thread] {
            std::mt19937_64 random(thread);
            for (int round = 0; round < 20; ++round) {
                std::vector<std::uint32_t> wanted(1 + random() % 100);
                std::vector<ExtentReader::Request> requests;
                for (std::uint32_t& i : wanted) {
                    i = static_cast<std::uint32_t>(random() % kRecords);
                    requests.push_back({extents[i], {}});
                }
                ASSERT_OK(readers[thread]->read(requests));
                for (std::size_t i = 0; i < wanted.size(); ++i) {
                    ASSERT_TRUE(equal(requests[i].payload, payload_of(wanted[i])));
                }
            }
        });
    }
    for (std::uint64_t block = 2; block < 12; ++block) {
        ASSERT_OK(file->log_block(block, {}));
        file->release(write(*file, Bytes(3000, 7)));
        ASSERT_OK(file->commit_checkpoint({block, {}, extents[0], 0}));
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

/// The next batch is under way while the last one's payloads are used; a reader may go with one
/// under way. Seed 9.
TEST_P(RealFiles, BatchesOverlap) {
    std::mt19937_64 random(9);
    const auto file = open();
    std::vector<WrittenRecord> records;
    for (int i = 0; i < 400; ++i) {
        Bytes payload = random_bytes(random, random_size(random));
        records.push_back({write(*file, payload), std::move(payload)});
    }
    ASSERT_OK(file->flush());
    auto reader = file->open_reader();
    ASSERT_OK(reader);

    struct Wanted {
        std::vector<std::size_t> records{};
        std::vector<ExtentReader::Request> requests{};
    };
    std::array<Wanted, 2> sides;
    const auto begin = [&](std::size_t number) {
        Wanted& side = sides[number % 2];
        side = {};
        for (std::uint64_t count = 1 + random() % 200; count > 0; --count) {
            side.records.push_back(random() % records.size());
            side.requests.push_back({records[side.records.back()].extent, {}});
        }
        (*reader)->begin(side.requests);
    };
    begin(0);
    for (std::size_t number = 0; number < 50; ++number) {
        begin(number + 1);
        Wanted& side = sides[number % 2];
        ASSERT_OK((*reader)->end(side.requests));
        for (std::size_t i = 0; i < side.records.size(); ++i) {
            ASSERT_TRUE(equal(side.requests[i].payload, records[side.records[i]].payload))
                << "batch " << number << ", record " << i;
        }
    }
    reader->reset();
}

TEST_P(RealFiles, AWrongExtentIsRefusedByName) {
    const auto file = open();
    const Bytes payload(1500, 5);
    const Extent first = write(*file, payload);
    const Extent second = write(*file, payload);
    ASSERT_OK(file->flush());
    const auto reader = file->open_reader();
    ASSERT_OK(reader);
    for (const Extent& wrong : {Extent{first.sector + 1, first.sectors}, Extent{first.sector, 2},
                                Extent{first.sector, first.sectors + second.sectors}}) {
        ExtentReader::Request request{wrong, {}};
        const Status status = (*reader)->read({&request, 1});
        ASSERT_FALSE(status.ok());
        EXPECT_EQ(status.error().code, ErrorCode::corrupt);
        EXPECT_THAT(status.error().message, HasSubstr("'data'"));
        EXPECT_THAT(status.error().message, HasSubstr(std::to_string(wrong.offset())));
    }
    ExtentReader::Request beyond{{std::uint64_t{1} << 30, 3}, {}};
    ASSERT_FALSE((*reader)->read({&beyond, 1}).ok());
    expect_payload(**reader, first, payload);
}

TEST_P(RealFiles, ForeignAndTruncatedFilesAreRefused) {
    const auto refused = [this] {
        const auto file = ExtentFile::open(settings());
        ASSERT_FALSE(file.ok());
        EXPECT_EQ(file.error().code, ErrorCode::corrupt);
        EXPECT_THAT(file.error().message, HasSubstr(folder_.path().string()));
    };
    std::ofstream(folder_.path() / "data") << std::string(20'000, 'x');
    refused();
    std::ofstream(folder_.path() / "data") << std::string(20'000, '\0');
    refused();
    std::filesystem::remove(folder_.path() / "data");
    {
        const auto file = open();
        const Extent top = write(*file, Bytes(100'000, 1));
        ASSERT_OK(file->commit_checkpoint({1, {}, top, 0}));
    }
    std::filesystem::resize_file(folder_.path() / "log", 1024);
    refused();
    std::filesystem::resize_file(folder_.path() / "log", 1 << 20);
    std::filesystem::resize_file(folder_.path() / "data", 1 << 14);
    refused();
}

TEST_P(RealFiles, LogThatLostItsStoreIsRefused) {
    {
        const auto file = open();
        ASSERT_OK(file->log_block(0, {}));
    }
    std::filesystem::rename(folder_.path() / "data", folder_.path() / "data of before");
    const auto lost = ExtentFile::open(settings());
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(lost.error().code, ErrorCode::corrupt);

    std::filesystem::rename(folder_.path() / "log", folder_.path() / "log of before");
    open();
    std::filesystem::rename(folder_.path() / "log of before", folder_.path() / "log");
    const auto mixed = ExtentFile::open(settings());
    ASSERT_FALSE(mixed.ok());
    EXPECT_EQ(mixed.error().code, ErrorCode::corrupt);
}

INSTANTIATE_TEST_SUITE_P(Paths,
                         RealFiles,
                         ::testing::Values(Path{IoEngine::uring, true},
                                           Path{IoEngine::uring, false},
                                           Path{IoEngine::threads, true},
                                           Path{IoEngine::threads, false}),
                         [](const auto& instance) {
                             const bool uring = instance.param.engine == IoEngine::uring;
                             return std::string(uring ? "uring" : "threads") +
                                    (instance.param.direct ? "_direct" : "_cached");
                         });

/// Forbids io_uring to the calling thread, as container run-times do.
bool forbid_uring() {
    std::array<sock_filter, 4> program{
        sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_io_uring_setup},
        sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
        sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    const sock_fprog filter{program.size(), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST(IoEngine, FallsBackToThreadsWhereIoUringIsForbidden) {
    const TemporaryFolder folder;
    bool forbidden = false;
    std::thread([&] {
        forbidden = forbid_uring();
        if (!forbidden) {
            return;
        }
        ExtentFileSettings settings;
        settings.directory = folder.path();
        settings.log_growth_bytes = std::uint64_t{64} << 10;
        {
            const auto file = ExtentFile::open(settings);
            ASSERT_OK(file);
            EXPECT_EQ(Told(**file).facts.at("file_io"), "threads");
            const Extent top = write(**file, bytes_of("by a thread"));
            ASSERT_OK((*file)->commit_checkpoint({1, {}, top, 0}));
            const auto reader = (*file)->open_reader();
            ASSERT_OK(reader);
            expect_payload(**reader, top, bytes_of("by a thread"));
        }
        settings.io = IoEngine::uring;
        const auto refused = ExtentFile::open(settings);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
        EXPECT_THAT(refused.error().message, HasSubstr("io=threads"));
    }).join();
    if (!forbidden) {
        GTEST_SKIP() << "this system has no seccomp filters";
    }
}

}  // namespace
}  // namespace commitbench::testing
