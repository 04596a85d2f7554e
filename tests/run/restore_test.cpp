// SPDX-License-Identifier: Apache-2.0
// Copies of a database's files: whole, sparse, and what they share.
#include "harness/run/restore.hpp"

#include "harness/run/data_folder.hpp"

#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

namespace commitbench {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool is_table(const fs::path& file) {
    return file.extension() == ".sst";
}

struct stat facts_of(const fs::path& file) {
    struct stat facts {};
    EXPECT_EQ(::stat(file.c_str(), &facts), 0) << file;
    return facts;
}

class Restore : public ::testing::Test {
  protected:
    Restore() : folder_(std::move(*DataFolder::temporary())) {
        fs::create_directories(from() / "inner" / "empty");
        write(from() / "inner" / "1.sst", "a table");
        write(from() / "inner" / "log", std::string(100'000, 'x'));
        write(from() / "nothing", "");
    }
    [[nodiscard]] fs::path from() const { return folder_.path() / "from"; }
    [[nodiscard]] fs::path to() const { return folder_.path() / "to"; }
    static void write(const fs::path& file, const std::string& text) {
        std::ofstream(file) << text;
    }
    static std::string read(const fs::path& file) {
        // At once: some files have many megabytes, and a byte at a time took seconds.
        std::string text(fs::file_size(file), '\0');
        std::ifstream in(file);
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        EXPECT_TRUE(in.good()) << file;
        return text;
    }

    DataFolder folder_;
};

TEST_F(Restore, HasEveryFileAndFolder) {
    const auto restored = restore_files(from(), to(), nullptr);
    ASSERT_TRUE(restored.ok()) << restored.error().message;
    EXPECT_EQ(read(to() / "inner" / "1.sst"), "a table");
    EXPECT_EQ(read(to() / "inner" / "log"), std::string(100'000, 'x'));
    EXPECT_EQ(fs::file_size(to() / "nothing"), 0U);
    EXPECT_TRUE(fs::is_directory(to() / "inner" / "empty"));
    EXPECT_EQ(restored->cloned + restored->copied, 3U);
    EXPECT_THAT(restored->shared, IsEmpty());
    write(to() / "inner" / "1.sst", "changed");
    EXPECT_EQ(read(from() / "inner" / "1.sst"), "a table") << "the copy is the copy's own";
}

TEST_F(Restore, HolesStayHoles) {
    constexpr off_t kSize = off_t{64} << 20;
    const fs::path sparse = from() / "sparse";
    const int file = ::open(sparse.c_str(), O_RDWR | O_CREAT, 0600);
    ASSERT_GE(file, 0);
    ASSERT_EQ(::ftruncate(file, kSize), 0);
    ASSERT_EQ(::pwrite(file, "middle", 6, kSize / 2), 6);
    ::close(file);
    ASSERT_TRUE(restore_files(from(), to(), nullptr).ok());
    const struct stat copy = facts_of(to() / "sparse");
    EXPECT_EQ(copy.st_size, kSize);
    EXPECT_LT(copy.st_blocks * 512, off_t{1} << 20);
    EXPECT_EQ(read(to() / "sparse"), read(sparse));
}

TEST_F(Restore, SharesWhatIsNeverChangedAndNoticesWhereItIs) {
    const auto restored = restore_files(from(), to(), &is_table);
    ASSERT_TRUE(restored.ok()) << restored.error().message;
    if (restored->cloned > 0) {
        GTEST_SKIP() << "this file system clones files";
    }
    EXPECT_EQ(restored->linked, 1U);
    EXPECT_EQ(restored->copied, 2U);
    EXPECT_EQ(restored->how(), "hard links and copies");
    EXPECT_EQ(restored->read_bytes, std::string("a table").size());
    EXPECT_EQ(facts_of(from() / "inner" / "1.sst").st_ino,
              facts_of(to() / "inner" / "1.sst").st_ino);
    EXPECT_NE(facts_of(from() / "inner" / "log").st_ino, facts_of(to() / "inner" / "log").st_ino);
    EXPECT_EQ(first_changed(restored->shared), "");
    write(to() / "inner" / "1.sst", "another table");
    EXPECT_THAT(first_changed(restored->shared), HasSubstr("1.sst"));
}

TEST_F(Restore, RemovingTheCopyLeavesTheOriginal) {
    const auto restored = restore_files(from(), to(), &is_table);
    ASSERT_TRUE(restored.ok());
    fs::remove_all(to());
    EXPECT_EQ(first_changed(restored->shared), "");
    EXPECT_EQ(read(from() / "inner" / "1.sst"), "a table");
}

TEST_F(Restore, AFileThatIsInTheWayIsAnError) {
    fs::create_directories(to());
    write(to() / "nothing", "something");
    const auto restored = restore_files(from(), to(), nullptr);
    ASSERT_FALSE(restored.ok());
    EXPECT_EQ(restored.error().code, ErrorCode::io);
    EXPECT_THAT(restored.error().message, HasSubstr("nothing"));
    EXPECT_FALSE(restore_files(folder_.path() / "missing", to(), nullptr).ok());
}

}  // namespace
}  // namespace commitbench
