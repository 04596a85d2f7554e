// SPDX-License-Identifier: Apache-2.0
// `trace` as the registry makes it: from files.
#include "harness/core/registry.hpp"
#include "tests/workloads/trace_harness.hpp"
#include "workloads/trace/bal_files.hpp"

#include <gmock/gmock.h>

namespace commitbench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ScratchFolder;

Result<std::unique_ptr<Workload>> open(const std::filesystem::path& path,
                                       const std::string& more = "",
                                       std::uint64_t seed = 1) {
    const auto choice =
        choose("workload", workload_registry(), "trace:path=\"" + path.string() + "\"" + more);
    EXPECT_TRUE(choice.ok()) << choice.error().message;
    return choice->component->create(choice->options, seed);
}

std::string refusal(const std::filesystem::path& path) {
    const auto workload = open(path);
    if (workload.ok()) {
        return "accepted";
    }
    EXPECT_EQ(workload.error().code, ErrorCode::bad_input);
    EXPECT_EQ(workload.error().message.find('\n'), std::string::npos);
    return workload.error().message;
}

std::vector<NumberedList> small_trace() {
    return *make_synthetic_trace({.first_block = 98, .blocks = 4, .transactions = 20});
}

TEST(TraceFiles, AFolderIsReadInTheOrderOfBlockNumbers) {
    const ScratchFolder folder;
    const auto blocks = small_trace();  // 98, 99, 100, 101: not the order of their names
    ASSERT_TRUE(write_trace(blocks, folder.path()).ok());
    const auto unrelated = folder.write("README.md", as_bytes("not a block"));
    std::filesystem::create_directory(folder.path() / "7.rlp");
    const auto workload = open(folder.path(), ",fresh-slots=0.5,work=3,reads=on");
    ASSERT_TRUE(workload.ok()) << workload.error().message;
    const auto& trace = dynamic_cast<const TraceWorkload&>(**workload);
    EXPECT_EQ(trace.block_limit(), 4U);
    testing::replay_and_check(trace, blocks);
    EXPECT_EQ(testing::Facts(trace).values.at("source"), "4 files, blocks 98..101");
}

TEST(TraceFiles, OneFileIsOneBlock) {
    const ScratchFolder folder;
    const auto blocks = small_trace();
    const auto paths = write_trace(blocks, folder.path());
    ASSERT_TRUE(paths.ok());
    const auto numbered = open(paths->front());
    ASSERT_TRUE(numbered.ok());
    EXPECT_EQ((*numbered)->block_limit(), 1U);
    const auto unnumbered = open(folder.write("block.rlp", bal::encode(blocks[0].list)));
    ASSERT_TRUE(unnumbered.ok());
    EXPECT_EQ((*unnumbered)->block_limit(), 1U);
    EXPECT_NE((*numbered)->content_digest(), (*unnumbered)->content_digest())
        << "the number decides who reads what";
}

TEST(TraceFiles, TheDigestIsTheContents) {
    const ScratchFolder one;
    const ScratchFolder two;
    auto blocks = small_trace();
    ASSERT_TRUE(write_trace(blocks, one.path()).ok());
    ASSERT_TRUE(write_trace(blocks, two.path()).ok());
    const std::string digest = (*open(one.path()))->content_digest();
    EXPECT_EQ(digest.size(), 32U);
    EXPECT_EQ((*open(two.path(), ",reads=off", 9))->content_digest(), digest);
    std::filesystem::remove(two.path() / "99_with_reads.rlp");
    EXPECT_NE((*open(two.path()))->content_digest(), digest);
    blocks[1].list.accounts[0].balances.push_back({19, bal::Quantity(77)});
    bal::Account& account = blocks[1].list.accounts[0];
    if (account.balances.size() > 1 && account.balances[account.balances.size() - 2].tx == 19) {
        account.balances.pop_back();
        account.balances.back().balance = bal::Quantity(77);
    }
    const auto changed = two.write("99_with_reads.rlp", bal::encode(blocks[1].list));
    EXPECT_NE((*open(two.path()))->content_digest(), digest);
}

TEST(TraceFiles, BadInputIsNamedInOneLine) {
    const ScratchFolder folder;
    EXPECT_THAT(refusal(folder.path() / "nowhere"),
                AllOf(HasSubstr("nowhere"), HasSubstr("no such file")));
    EXPECT_THAT(refusal(folder.path()), HasSubstr("holds no *.rlp file"));
    EXPECT_THAT(refusal(folder.write("1.rlp", {})),
                AllOf(HasSubstr("1.rlp"), HasSubstr("is empty")));
    EXPECT_THAT(refusal(folder.path()), AllOf(HasSubstr("1.rlp"), HasSubstr("is empty")));

    const Bytes good = bal::encode(small_trace()[0].list);
    EXPECT_EQ(refusal(folder.write("1.rlp", good)), "accepted");
    EXPECT_THAT(refusal(folder.write("1.rlp", ByteView(good).first(good.size() / 2))),
                HasSubstr("truncated"));
    Bytes trailing = good;
    trailing.push_back(7);
    EXPECT_THAT(refusal(folder.write("1.rlp", trailing)), HasSubstr("1 bytes follow the end"));
    EXPECT_THAT(
        refusal(folder.write("1.rlp", Bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})),
        HasSubstr("truncated"));
    EXPECT_THAT(refusal(folder.write("1.rlp", as_bytes("hello"))),
                HasSubstr("byte string where a list must stand"));

    const auto ours = folder.write("1.rlp", good);
    const auto stranger = folder.write("notes.rlp", good);
    EXPECT_THAT(refusal(folder.path()),
                AllOf(HasSubstr("notes.rlp"), HasSubstr("does not begin with a block number")));
    std::filesystem::remove(stranger);
    const auto twin = folder.write("1_with_reads.rlp", good);
    EXPECT_THAT(refusal(folder.path()),
                AllOf(HasSubstr("1.rlp"), HasSubstr("1_with_reads.rlp"), HasSubstr("same block")));
}

TEST(TraceFiles, ReadFileReadsAllOfIt) {
    const ScratchFolder folder;
    Bytes large(1'000'003);
    for (std::size_t i = 0; i < large.size(); ++i) {
        large[i] = static_cast<std::uint8_t>(i * 7);
    }
    EXPECT_EQ(*bal::read_file(folder.write("large", large)), large);
    EXPECT_TRUE(bal::read_file(folder.write("empty", {}))->empty());
    const auto missing = bal::read_file(folder.path() / "missing");
    ASSERT_FALSE(missing.ok());
    EXPECT_THAT(missing.error().message, HasSubstr("No such file or directory"));
    const auto directory = bal::read_file(folder.path());
    ASSERT_FALSE(directory.ok());
    EXPECT_THAT(directory.error().message, HasSubstr("is a folder"));
}

TEST(TraceFiles, WriteNewFileOverwritesNothing) {
    const ScratchFolder folder;
    ASSERT_TRUE(bal::write_new_file(folder.path() / "a", Bytes{1, 2}).ok());
    const Status again = bal::write_new_file(folder.path() / "a", Bytes{3});
    ASSERT_FALSE(again.ok());
    EXPECT_EQ(again.error().code, ErrorCode::bad_input);
    EXPECT_EQ(*bal::read_file(folder.path() / "a"), (Bytes{1, 2}));
    EXPECT_FALSE(bal::write_new_file(folder.path() / "no" / "a", Bytes{1}).ok());
}

}  // namespace
}  // namespace commitbench
