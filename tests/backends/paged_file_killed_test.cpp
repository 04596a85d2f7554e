// SPDX-License-Identifier: Apache-2.0
// What a killed process had given to the kernel may still be on its way to the disk when the
// process is gone. Whoever opens the file afterwards must not see it come.
#include "backends/paged/file/aligned_buffer.hpp"
#include "backends/paged/file/system_disk.hpp"
#include "backends/paged/file/transfers.hpp"
#include "store_fixture.hpp"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace commitbench::testing {
namespace {

using paged::IoEngine;

constexpr std::uint32_t kPart = std::uint32_t{256} << 10;
constexpr std::uint32_t kParts = 64;
constexpr std::size_t kBytes = std::size_t{kPart} * kParts;
constexpr int kRounds = 10;

std::vector<paged::Transfer> whole_file(paged::Transfer::Kind kind, paged::AlignedBuffer& memory) {
    std::vector<paged::Transfer> transfers;
    for (std::uint32_t i = 0; i < kParts; ++i) {
        const std::uint64_t at = std::uint64_t{i} * kPart;
        transfers.push_back({kind, at, memory.data() + at, kPart});
    }
    return transfers;
}

/// Begins to fill the file with `byte` and dies at once. Never returns.
[[noreturn]] void write_and_die(const paged::SystemDiskSettings& settings, std::uint8_t byte) {
    auto disk = paged::SystemDisk::open(settings);
    if (disk) {
        auto file = (*disk)->open("data");
        if (file && (*file)->allocate(kBytes) == 0) {
            auto queue = (*file)->open_queue(paged::QueueUse::overlapped);
            if (queue) {
                paged::AlignedBuffer memory(kBytes);
                std::fill_n(memory.data(), kBytes, byte);
                auto transfers = whole_file(paged::Transfer::Kind::write, memory);
                (*queue)->start(transfers);
                (void)::raise(SIGKILL);
            }
        }
    }
    ::_exit(1);
}

class Killed : public ::testing::TestWithParam<IoEngine> {};

TEST_P(Killed, NothingComesAfterTheFileIsOpenAgain) {
    const TemporaryFolder folder;
    const paged::SystemDiskSettings settings{.directory = folder.path(), .engine = GetParam()};
    int under_way = 0;
    for (int round = 1; round <= kRounds; ++round) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            write_and_die(settings, static_cast<std::uint8_t>(round));
        }
        int ended = 0;
        ASSERT_EQ(::waitpid(child, &ended, 0), child);
        ASSERT_TRUE(WIFSIGNALED(ended));

        const int other = ::open((folder.path() / "data").c_str(), O_RDONLY | O_CLOEXEC);
        ASSERT_GE(other, 0);
        under_way += ::flock(other, LOCK_EX | LOCK_NB) == 0 ? 0 : 1;
        ::close(other);

        auto disk = paged::SystemDisk::open(settings);
        ASSERT_OK(disk);
        auto file = (*disk)->open("data");
        ASSERT_OK(file);
        auto queue = (*file)->open_queue(paged::QueueUse::batches);
        ASSERT_OK(queue);
        std::array<paged::AlignedBuffer, 2> seen{paged::AlignedBuffer(kBytes),
                                                 paged::AlignedBuffer(kBytes)};
        for (paged::AlignedBuffer& memory : seen) {
            auto transfers = whole_file(paged::Transfer::Kind::read, memory);
            ASSERT_OK(run_transfers(**queue, transfers, **file, folder.path()));
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        ASSERT_TRUE(std::equal(seen[0].data(), seen[0].data() + kBytes, seen[1].data()))
            << "round " << round;
    }
    RecordProperty("rounds_with_transfers_under_way", under_way);
    std::cout << under_way << " of " << kRounds << " processes left transfers under way\n";
}

INSTANTIATE_TEST_SUITE_P(Engines,
                         Killed,
                         ::testing::Values(IoEngine::uring, IoEngine::threads),
                         [](const auto& instance) {
                             return instance.param == IoEngine::uring ? "uring" : "threads";
                         });

}  // namespace
}  // namespace commitbench::testing
