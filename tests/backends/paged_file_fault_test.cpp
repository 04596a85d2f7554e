// SPDX-License-Identifier: Apache-2.0
// What goes wrong below: refused and short transfers, full disks, flipped bits. Nothing that was
// durable is lost, and nothing wrong is ever taken for right.
#include "paged_file_history.hpp"
#include "tests/core/from_environment.hpp"

#include <gmock/gmock.h>
#include <sys/mount.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void expect_one_line(const Error& error) {
    EXPECT_THAT(error.message, HasSubstr("/nowhere"));
    EXPECT_THAT(error.message, Not(HasSubstr("\n")));
}

/// Lives on `start` with one fault at a random operation, and checks what is there afterwards.
void fail_once(std::uint64_t seed, Fault fault) {
    std::mt19937_64 random(seed);
    History history(random, Durability::block);
    MemoryDisk disk;
    ASSERT_OK(history.run(disk, 10));

    // A restart forgets the records that no checkpoint took.
    MemoryDisk restarted(disk.now());
    EXPECT_EQ(history.verify(restarted), history.last());
    const History before = history;
    MemoryDisk counting(disk.now());
    std::mt19937_64 same = random;
    History dry_run = history;
    dry_run.use(same);
    ASSERT_OK(dry_run.run(counting, 12));

    MemoryDisk failing(disk.now());
    failing.inject(fault, random() % counting.operations());
    bool opened = false;
    const Status status = history.run(failing, 12, [&](paged::ExtentFile& file) {
        opened = true;
        if (!failing.fault_happened() || fault == Fault::short_transfer) {
            return;
        }
        // Closed for writing, open for reading.
        const std::uint64_t next = file.last_block() ? *file.last_block() + 1 : 0;
        const Status again = file.log_block(next, {});
        if (!again.ok()) {
            expect_one_line(again.error());
            EXPECT_FALSE(file.write({}).ok());
            EXPECT_FALSE(file.flush().ok());
            const Status checkpoint = file.commit_checkpoint({next, {}, {}, 0});
            ASSERT_FALSE(checkpoint.ok());
            EXPECT_EQ(checkpoint.error().message, again.error().message);
        }
    });
    if (!status.ok()) {
        expect_one_line(status.error());
        if (fault == Fault::no_space) {
            EXPECT_THAT(status.error().message, HasSubstr("full"));
            EXPECT_THAT(status.error().message, HasSubstr("free space"));
        }
    } else if (failing.fault_happened()) {
        EXPECT_EQ(fault, Fault::short_transfer) << "an error that nobody heard of";
    }
    if (!opened) {
        history = before;
    }
    // The process dies, then the power goes: neither loses what was durable.
    for (int i = 0; i < 5; ++i) {
        History after = history;
        if (!opened) {
            MemoryDisk left(i == 0 ? failing.now()
                                   : failing.after_power_cut(failing.events(), random));
            EXPECT_EQ(after.verify(left), history.last());
        } else {
            after.verify_crash(failing.after_power_cut(failing.events(), random), failing.events());
        }
    }
}

TEST(FailingDisk, LosesNothingAndIsHeardOf) {
    const std::uint64_t rounds = from_environment("COMMITBENCH_FAULT_ROUNDS", 150);
    for (std::uint64_t seed = 1; seed <= rounds && !HasFailure(); ++seed) {
        for (const Fault fault :
             {Fault::io_error, Fault::no_space, Fault::short_transfer, Fault::empty_transfer}) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", fault " +
                         std::to_string(static_cast<int>(fault)));
            fail_once(seed, fault);
        }
    }
}

/// One way for bytes on a disk to go bad.
void damage(Bytes& content, std::mt19937_64& random) {
    const std::size_t sector = random() % (content.size() / paged::kSectorBytes);
    const auto begin = content.begin() + static_cast<std::ptrdiff_t>(sector * paged::kSectorBytes);
    switch (random() % 4) {
        case 0:  // a sector that was lost
            std::fill_n(begin, paged::kSectorBytes, std::uint8_t{0});
            break;
        case 1: {  // a sector that went to the wrong place
            const std::size_t from = random() % (content.size() / paged::kSectorBytes);
            const Bytes other(content.begin() + static_cast<std::ptrdiff_t>(from * 512),
                              content.begin() + static_cast<std::ptrdiff_t>((from + 1) * 512));
            std::ranges::copy(other, begin);
            break;
        }
        default:  // a bit that flipped
            content[random() % content.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
    }
}

TEST(DamagedFiles, AreRefusedOrHarmless) {
    const std::uint64_t rounds = from_environment("COMMITBENCH_DAMAGE_ROUNDS", 4000);
    std::uint64_t refusals = 0;
    std::uint64_t shorter = 0;
    for (std::uint64_t seed = 1; seed <= rounds / 40 && !HasFailure(); ++seed) {
        std::mt19937_64 random(seed);
        History history(random, Durability::block);
        MemoryDisk disk;
        ASSERT_OK(history.run(disk, 20 + random() % 20));
        for (int i = 0; i < 40; ++i) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", damage " + std::to_string(i));
            MemoryDisk damaged(disk.now());
            damage(damaged.content(random() % 2 == 0 ? "data" : "log"), random);
            std::optional<Error> refused;
            const auto found = History(history).verify(damaged, &refused);
            if (refused) {
                EXPECT_EQ(refused->code, ErrorCode::corrupt) << refused->message;
                expect_one_line(*refused);
                ++refusals;
            } else if (found != history.last()) {
                // The newest record of the log has no witness: at worst the block before.
                EXPECT_TRUE(!found || *found + 1 == *history.last());
                ++shorter;
            }
        }
    }
    EXPECT_GT(refusals, rounds / 20);
    EXPECT_LT(shorter, rounds / 5);
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

  private:
    std::filesystem::path at_;
    bool mounted_;
};

class FullDisk : public ::testing::TestWithParam<paged::IoEngine> {};

TEST_P(FullDisk, IsOneClearLineAndKeepsTheCheckpoint) {
    const TemporaryFolder folder;
    const SmallDisk disk(folder.path());
    if (!disk.mounted()) {
        GTEST_SKIP() << "needs root, to mount a small file system";
    }
    paged::ExtentFileSettings settings;
    settings.directory = folder.path();
    settings.io = GetParam();
    settings.growth_bytes = std::uint64_t{1} << 20;
    settings.log_growth_bytes = std::uint64_t{1} << 20;
    const Bytes payload(100'000, 3);
    std::optional<std::uint64_t> durable;
    for (const bool log : {false, true}) {
        auto file = paged::ExtentFile::open(settings);
        ASSERT_OK(file);
        std::optional<Error> error;
        std::uint64_t block = durable ? *durable : 0;
        for (int i = 0; i < 200 && !error; ++i) {
            ++block;
            Status status;
            if (log) {
                const ByteView piece(payload);
                status = (*file)->log_block(block, {&piece, 1});
            } else if (const auto extent = (*file)->write(payload); extent) {
                status = (*file)->commit_checkpoint({block, {}, *extent, 0});
            } else {
                status = extent.error();
            }
            if (status.ok()) {
                durable = block;
            } else {
                error = status.error();
            }
        }
        ASSERT_TRUE(error.has_value()) << "20 MB went onto a disk of 8 MiB";
        EXPECT_EQ(error->code, ErrorCode::io);
        EXPECT_THAT(error->message, HasSubstr("full"));
        EXPECT_THAT(error->message, HasSubstr(folder.path().string()));
        EXPECT_THAT(error->message, Not(HasSubstr("\n")));
        file = bad_input("closed");
        auto again = paged::ExtentFile::open(settings);
        ASSERT_OK(again);
        EXPECT_EQ((*again)->last_block(), durable);
        if (!log) {
            auto reader = (*again)->open_reader();
            ASSERT_OK(reader);
            paged::ExtentReader::Request request{(*again)->checkpoint()->top, {}};
            ASSERT_OK((*reader)->read({&request, 1}));
            EXPECT_TRUE(equal(request.payload, payload));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         FullDisk,
                         ::testing::Values(paged::IoEngine::uring, paged::IoEngine::threads),
                         [](const auto& instance) {
                             return instance.param == paged::IoEngine::uring ? "uring" : "threads";
                         });

}  // namespace
}  // namespace commitbench::testing
