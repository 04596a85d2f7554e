// SPDX-License-Identifier: Apache-2.0
// Who may use a data folder, and the record that says where the state in it stands.
#include "backends/store/position_record.hpp"
#include "harness/core/directory_claim.hpp"
#include "store_fixture.hpp"

#include <csignal>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <sys/wait.h>

namespace commitbench::testing {
namespace {

using ::testing::HasSubstr;

/// Runs `body` in a child process; its answer is the child's.
bool in_child(const std::function<bool()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(body() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void expect_refused(const Result<DirectoryClaim>& claim,
                    const std::filesystem::path& folder,
                    std::string_view part) {
    ASSERT_FALSE(claim.ok());
    EXPECT_EQ(claim.error().code, ErrorCode::bad_input);
    EXPECT_THAT(claim.error().message, HasSubstr(folder.string()));
    EXPECT_THAT(claim.error().message, HasSubstr(part));
}

TEST(DirectoryClaim, EmptyFolderBecomesOurs) {
    const TemporaryFolder folder;
    EXPECT_FALSE(DirectoryClaim::is_ours(folder.path()));
    ASSERT_OK(DirectoryClaim::take(folder.path(), "commitbench test 1"));
    EXPECT_TRUE(DirectoryClaim::is_ours(folder.path()));
    ASSERT_OK(DirectoryClaim::take(folder.path(), "commitbench test 1"));
}

TEST(DirectoryClaim, OtherFormatIsRefusedAndBothAreNamed) {
    const TemporaryFolder folder;
    ASSERT_OK(DirectoryClaim::take(folder.path(), "commitbench test 1"));
    const auto claim = DirectoryClaim::take(folder.path(), "commitbench test 2");
    expect_refused(claim, folder.path(), "commitbench test 1");
    expect_refused(claim, folder.path(), "commitbench test 2");
}

TEST(DirectoryClaim, OneProcessAtATime) {
    const TemporaryFolder folder;
    {
        const auto held = DirectoryClaim::take(folder.path(), "commitbench test 1");
        ASSERT_OK(held);
        EXPECT_TRUE(in_child([&] {
            const auto second = DirectoryClaim::take(folder.path(), "commitbench test 1");
            return !second.ok() &&
                   second.error().message.find("by another process") != std::string::npos;
        }));
    }
    EXPECT_TRUE(
        in_child([&] { return DirectoryClaim::take(folder.path(), "commitbench test 1").ok(); }));
}

TEST(DirectoryClaim, DeathReleases) {
    const TemporaryFolder folder;
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto held = DirectoryClaim::take(folder.path(), "commitbench test 1");
        (void)!::write(pipe[1], held.ok() ? "y" : "n", 1);
        ::pause();
    }
    char answer = 0;
    ASSERT_EQ(::read(pipe[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    expect_refused(DirectoryClaim::take(folder.path(), "commitbench test 1"), folder.path(),
                   "in use by another process");
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ASSERT_OK(DirectoryClaim::take(folder.path(), "commitbench test 1"));
}

TEST(DirectoryClaim, ForeignFolderIsLeftAlone) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "thesis.txt") << "years of work";
    expect_refused(DirectoryClaim::take(folder.path(), "commitbench test 1"), folder.path(),
                   "not from commitbench");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
    // Nor does somebody else's FORMAT make it ours.
    std::ofstream(folder.path() / "FORMAT") << "somebody else's\n";
    expect_refused(DirectoryClaim::take(folder.path(), "commitbench test 1"), folder.path(),
                   "not from commitbench");
    EXPECT_FALSE(DirectoryClaim::is_ours(folder.path()));
}

TEST(DirectoryClaim, ClaimThatDiedHalfWayIsTakenOver) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "LOCK") << "";
    std::ofstream(folder.path() / "FORMAT.new") << "commitb";
    ASSERT_OK(DirectoryClaim::take(folder.path(), "commitbench test 1"));
    EXPECT_TRUE(DirectoryClaim::is_ours(folder.path()));
}

TEST(DirectoryClaim, UnwritableAndMissingFoldersAreRefused) {
    const TemporaryFolder folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
    EXPECT_TRUE(in_child([&] {
        // Root may write anywhere: become nobody (65534 on every Linux).
        if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) {
            return false;
        }
        const auto claim = DirectoryClaim::take(folder.path(), "commitbench test 1");
        return !claim.ok() && claim.error().code == ErrorCode::bad_input &&
               claim.error().message.find("cannot be written") != std::string::npos &&
               claim.error().message.find(folder.path().string()) != std::string::npos;
    }));
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    expect_refused(DirectoryClaim::take(folder.path() / "missing", "commitbench test 1"),
                   folder.path() / "missing", "cannot be read");
}

TEST(DirectoryClaim, MovesHoldTheLock) {
    const TemporaryFolder folder;
    DirectoryClaim outer;
    {
        auto claim = DirectoryClaim::take(folder.path(), "commitbench test 1");
        ASSERT_OK(claim);
        outer = std::move(*claim);
    }
    expect_refused(DirectoryClaim::take(folder.path(), "commitbench test 1"), folder.path(),
                   "in use");
}

TEST(PositionRecord, LayoutIsPinned) {
    PositionRecord record{LoadState::complete, {0x0102030405060708ULL, {}}};
    record.position.root.bytes.fill(0xaa);
    const auto bytes = encode_position(record);
    Bytes expected{8, 7, 6, 5, 4, 3, 2, 1};  // little-endian
    expected.insert(expected.end(), 32, 0xaa);
    expected.push_back(2);
    EXPECT_EQ(Bytes(bytes.begin(), bytes.end()), expected);
    const auto decoded = decode_position(bytes);
    ASSERT_OK(decoded);
    EXPECT_EQ(decoded->load, LoadState::complete);
    EXPECT_EQ(decoded->position.block, record.position.block);
    EXPECT_EQ(decoded->position.root, record.position.root);
}

TEST(PositionRecord, OtherBytesAreCorrupt) {
    auto bytes = encode_position({LoadState::started, {}});
    for (const std::uint8_t state : Bytes{0, 3, 255}) {
        bytes.back() = state;
        EXPECT_EQ(decode_position(bytes).error().code, ErrorCode::corrupt);
    }
    EXPECT_EQ(decode_position(ByteView(bytes).first(40)).error().code, ErrorCode::corrupt);
    EXPECT_EQ(decode_position({}).error().code, ErrorCode::corrupt);
}

TEST(PositionRecord, GoesThroughAStore) {
    auto store = open_test_store(StoreKind::memory, {});
    ASSERT_OK(store);
    const auto load_state = [&] {
        const auto record = read_position(**store, kOther);
        EXPECT_TRUE(record.ok());
        return record->load;
    };
    EXPECT_EQ(load_state(), LoadState::empty);
    ASSERT_OK(mark_load_started(**store, kOther));
    EXPECT_EQ(load_state(), LoadState::started);
    ASSERT_OK(mark_load_complete(**store, kOther, {0, Root{}}));
    EXPECT_EQ(load_state(), LoadState::complete);
    const auto batch = (*store)->new_batch();
    put_position(*batch, kOther, {12, Root{}});
    ASSERT_OK((*store)->commit(*batch, CommitMode::lazy));
    EXPECT_EQ(read_position(**store, kOther)->position.block, 12U);
}

}  // namespace
}  // namespace commitbench::testing
