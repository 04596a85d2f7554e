// SPDX-License-Identifier: Apache-2.0
#include "harness/run/folder_size.hpp"

#include "harness/run/data_folder.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <string>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

class FolderSize : public ::testing::Test {
  protected:
    FolderSize() : folder_(std::move(*DataFolder::temporary())) {}
    const fs::path& path() const { return folder_.path(); }

  private:
    DataFolder folder_;
};

TEST_F(FolderSize, CountsBlocksOfAllFilesBelow) {
    constexpr std::size_t kBytes = 300'000;
    fs::create_directory(path() / "inner");
    std::ofstream(path() / "one") << std::string(kBytes, 'x') << std::flush;
    std::ofstream(path() / "inner" / "two") << std::string(kBytes, 'x') << std::flush;
    EXPECT_GE(bytes_on_disk(path()), 2 * kBytes);
    EXPECT_LT(bytes_on_disk(path()), 3 * kBytes);
}

TEST_F(FolderSize, HolesTakeNothing) {
    std::ofstream(path() / "holes") << 'x' << std::flush;
    fs::resize_file(path() / "holes", std::uintmax_t{1} << 30);
    EXPECT_LT(bytes_on_disk(path()), 1U << 20);
}

TEST_F(FolderSize, NothingWhereThereIsNothing) {
    EXPECT_EQ(bytes_on_disk(path()), 0U);
    EXPECT_EQ(bytes_on_disk(path() / "absent"), 0U);
}

}  // namespace
}  // namespace commitbench
