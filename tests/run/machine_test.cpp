// SPDX-License-Identifier: Apache-2.0
// Parsing of what kernels write, on texts as they stand on real machines, and a look at this one.
#include "harness/measure/machine.hpp"

#include "harness/measure/build.hpp"
#include "harness/measure/cgroup.hpp"
#include "harness/measure/mount_table.hpp"
#include "harness/measure/proc_file.hpp"
#include "harness/measure/process_counters.hpp"
#include "tests/run/toy_components.hpp"

#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace commitbench::testing {
namespace {

TEST(ProcFile, FieldsWithColonTabOrBlank) {
    constexpr std::string_view kText =
        "processor\t: 0\nmodel name\t: A  CPU @ 2 GHz\nVmHWM:\t  123 kB\nSwapTotal:  0 kB\n"
        "VmHWMX: 9\ncpu 4 5\n";
    EXPECT_EQ(find_field(kText, "model name"), "A  CPU @ 2 GHz");
    EXPECT_EQ(find_kilobytes(kText, "VmHWM"), 123U * 1024);
    EXPECT_EQ(find_kilobytes(kText, "SwapTotal"), 0U);
    EXPECT_EQ(find_field(kText, "cpu"), "4 5");
    EXPECT_FALSE(find_field(kText, "VmHW").has_value());
    EXPECT_FALSE(find_kilobytes(kText, "model name").has_value());
    EXPECT_FALSE(leading_number("").has_value());
    EXPECT_FALSE(leading_number("max").has_value());
    EXPECT_FALSE(leading_number("99999999999999999999").has_value());
}

TEST(MountTable, LongestPointWins) {
    // The form is proc(5)'s; the second line has no tags, the third an escaped blank, the fourth is
    // cut off.
    const auto mounts = parse_mount_table(
        "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n"
        "30 22 0:25 / /tmp rw,nosuid - tmpfs tmpfs rw,size=1k\n"
        "31 22 8:1 / /my\\040disk rw shared:2 master:3 - xfs /dev/sda1 rw,noquota\n"
        "32 22 8:2 / /broken rw\n");
    ASSERT_EQ(mounts.size(), 3U);
    EXPECT_EQ(mounts[0].options, "rw,relatime,rw,discard");
    EXPECT_EQ(mounts[2].point, "/my disk");
    EXPECT_EQ(find_mount(mounts, "/tmp/x")->file_system, "tmpfs");
    EXPECT_EQ(find_mount(mounts, "/tmp")->file_system, "tmpfs");
    EXPECT_EQ(find_mount(mounts, "/tmpx")->file_system, "ext4");
    EXPECT_EQ(find_mount(mounts, "/my disk/a/b")->source, "/dev/sda1");
    EXPECT_FALSE(find_mount({}, "/").has_value());
}

TEST(MountTable, TheLaterOfTwoEqualPointsCovers) {
    const auto mounts =
        parse_mount_table("1 0 1:1 / /a rw - ext4 x rw\n2 0 1:2 / /a rw - xfs y rw\n");
    EXPECT_EQ(find_mount(mounts, "/a/b")->file_system, "xfs");
}

void put(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

TEST(Cgroup, TheTightestLimitOfVersion2Wins) {
    const TestFolder folder;
    put(folder.path() / "a/b/cpu.max", "max 100000\n");
    put(folder.path() / "a/cpu.max", "150000 100000\n");
    put(folder.path() / "a/b/memory.max", "3000\n");
    put(folder.path() / "a/memory.max", "2000\n");
    put(folder.path() / "memory.max", "max\n");
    const std::vector<Mount> mounts{
        {"0:1", "/", folder.path().native(), "rw", "cgroup2", "cgroup"}};
    const CgroupLimits limits = cgroup_limits(mounts, "0::/a/b\n");
    EXPECT_EQ(limits.cpus, 1.5);
    EXPECT_EQ(limits.memory_bytes, 2000U);
    EXPECT_FALSE(cgroup_limits(mounts, "0::/c\n").cpus.has_value());
}

TEST(Cgroup, Version1) {
    const TestFolder folder;
    put(folder.path() / "cpu/x/cpu.cfs_quota_us", "-1\n");
    put(folder.path() / "cpu/x/cpu.cfs_period_us", "100000\n");
    put(folder.path() / "cpu/cpu.cfs_quota_us", "50000\n");
    put(folder.path() / "cpu/cpu.cfs_period_us", "100000\n");
    put(folder.path() / "memory/x/memory.limit_in_bytes", "4096\n");
    put(folder.path() / "memory/memory.limit_in_bytes", "9223372036854771712\n");
    const std::vector<Mount> mounts{
        {"0:1", "/", folder.path() / "cpu", "rw,rw,cpu,cpuacct", "cgroup", "cgroup"},
        {"0:2", "/", folder.path() / "memory", "rw,rw,memory", "cgroup", "cgroup"}};
    const CgroupLimits limits = cgroup_limits(mounts, "4:memory:/x\n1:cpu,cpuacct:/x\n0::/\n");
    EXPECT_EQ(limits.cpus, 0.5);
    EXPECT_EQ(limits.memory_bytes, 4096U);
}

TEST(Machine, TellsWhatEveryLinuxTells) {
    const MachineFacts facts = machine_facts();
    EXPECT_GE(facts.logical_cores, 1U);
    EXPECT_GE(facts.usable_cores, 1U);
    EXPECT_LE(facts.usable_cores, facts.logical_cores);
    EXPECT_GT(facts.memory_bytes, 0U);
    EXPECT_LE(facts.available_bytes, facts.memory_bytes);
    EXPECT_EQ(facts.kernel.rfind("Linux ", 0), 0U);
}

TEST(Storage, OfAFolderAndOfNone) {
    const TestFolder folder;
    const StorageFacts facts = storage_facts(folder.path());
    EXPECT_FALSE(facts.mount_point.empty());
    EXPECT_GT(facts.free_bytes.value_or(0), 0U);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "trying O_DIRECT leaves nothing";
    EXPECT_TRUE(storage_facts(folder.path() / "missing").mount_point.empty());
}

TEST(ProcessCounters, MoveWithWhatTheProcessDoes) {
    const ProcessCounters before = sample_process_counters();
    std::vector<std::uint8_t> memory(std::size_t{64} << 20, 1);
    // Filling and adding take tens of milliseconds unoptimised: long against a tick of any clock.
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < memory.size(); at += 4) {
        sum += ++memory[at];
    }
    const ProcessCounters after = sample_process_counters();
    EXPECT_GT(sum, 0U);
    EXPECT_GT(after.user_cpu_ns + after.system_cpu_ns, before.user_cpu_ns + before.system_cpu_ns);
    EXPECT_GT(after.minor_faults, before.minor_faults);
    ASSERT_TRUE(after.peak_rss_bytes.has_value());
    EXPECT_GE(*after.peak_rss_bytes, std::uint64_t{64} << 20);
}

TEST(ProcessCounters, PeakMemoryCanBeStartedAnew) {
    // Mapped and unmapped by hand: an allocator may keep what it is given back.
    constexpr std::size_t kBytes = std::size_t{64} << 20;
    void* const memory =
        mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    std::memset(memory, 1, kBytes);
    ASSERT_EQ(munmap(memory, kBytes), 0);
    const std::uint64_t before = *sample_process_counters().peak_rss_bytes;
    if (!reset_peak_rss()) {
        GTEST_SKIP() << "this kernel does not let VmHWM be reset";
    }
    EXPECT_LT(*sample_process_counters().peak_rss_bytes, before);
}

TEST(ProcessCounters, SyncedBytesReachTheDevice) {
    const TestFolder folder;
    if (storage_facts(folder.path()).file_system == "tmpfs") {
        GTEST_SKIP() << "the temporary folder has no device";
    }
    const auto before = sample_process_counters().device_write_bytes;
    const int file = open((folder.path() / "x").c_str(), O_WRONLY | O_CREAT, 0600);
    const std::vector<char> bytes(std::size_t{1} << 20, 'x');
    ASSERT_EQ(write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    ASSERT_EQ(fsync(file), 0);
    close(file);
    const auto after = sample_process_counters().device_write_bytes;
    if (!before || !after) {
        GTEST_SKIP() << "/proc/self/io cannot be read here";
    }
    EXPECT_GE(*after - *before, bytes.size());
}

TEST(Build, KnowsItsRevisionAndLibraries) {
    const BuildFacts& facts = build_facts();
    EXPECT_FALSE(facts.compiler.empty());
    EXPECT_TRUE(facts.git_revision == "unknown" || facts.git_revision.size() == 40);
    std::vector<std::string> names;
    for (const LibraryFacts& library : facts.libraries) {
        names.push_back(library.name);
        EXPECT_FALSE(library.version.empty() && library.package.empty()) << library.name;
        EXPECT_FALSE(library.evidence.empty()) << library.name;
    }
    EXPECT_THAT(names,
                ::testing::UnorderedElementsAre("rocksdb", "lmdb", "fmt", "abseil", "xxhash",
                                                "nlohmann-json", "CLI11", "toml++", "Random123"));
}

}  // namespace
}  // namespace commitbench::testing
