// SPDX-License-Identifier: Apache-2.0
// What killed processes leave behind of their copies of states, and what living ones keep.
#include "harness/run/data_folder.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

std::size_t copies_in(const fs::path& parent) {
    std::size_t copies = 0;
    for (const auto& entry : fs::directory_iterator(parent)) {
        copies += entry.path().filename().native().starts_with(".restored-") ? 1U : 0U;
    }
    return copies;
}

/// A child that makes a copy's folder and ends without removing it, as after a kill, once it is
/// told to.
class Child {
  public:
    explicit Child(const fs::path& state) {
        EXPECT_EQ(::pipe(made_.data()), 0);
        EXPECT_EQ(::pipe(end_.data()), 0);
        process_ = ::fork();
        if (process_ == 0) {
            ::close(made_[0]);
            ::close(end_[1]);
            const auto folder = DataFolder::beside(state);
            char byte = folder.ok() ? 'y' : 'n';
            byte = ::write(made_[1], &byte, 1) == 1 ? byte : 'n';
            // Returns when the parent closes its end.
            ::_exit(::read(end_[0], &byte, 1) == 0 ? 0 : 1);
        }
        ::close(made_[1]);
        ::close(end_[0]);
        char byte = 'n';
        EXPECT_EQ(::read(made_[0], &byte, 1), 1);
        EXPECT_EQ(byte, 'y');
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        ::waitpid(process_, nullptr, 0);
        ::close(made_[0]);
    }

    [[nodiscard]] pid_t process() const { return process_; }

    /// It closes its files, and nobody waits for it.
    void end() {
        ::close(end_[1]);
        char byte = 0;
        EXPECT_EQ(::read(made_[0], &byte, 1), 0);
    }

  private:
    std::array<int, 2> made_{};
    std::array<int, 2> end_{};
    pid_t process_ = -1;
};

TEST(DataFolder, CopiesOfProcessesThatEndedAreRemovedAtOnce) {
    const auto parent = DataFolder::temporary();
    ASSERT_TRUE(parent.ok());
    const fs::path state = parent->path() / "state";
    for (int round = 0; round < 50; ++round) {
        Child child(state);
        DataFolder::remove_leftovers(parent->path());
        ASSERT_EQ(copies_in(parent->path()), 1U) << "of a living process";
        child.end();
        DataFolder::remove_leftovers(parent->path());
        ASSERT_EQ(copies_in(parent->path()), 0U) << "nobody has waited for it, round " << round;
    }
}

TEST(DataFolder, ThoseOfOneProcessAreRemovedAndNoOthers) {
    const auto parent = DataFolder::temporary();
    ASSERT_TRUE(parent.ok());
    const fs::path state = parent->path() / "state";
    Child living(state);
    Child dead(state);  // the second: it has a copy of the other's pipes
    dead.end();
    DataFolder::remove_left_by(dead.process(), DataFolder::parent_of(state));
    EXPECT_EQ(copies_in(parent->path()), 1U) << "of the living one";
    const auto temporary = DataFolder::temporary();
    ASSERT_TRUE(temporary.ok());
    DataFolder::remove_left_by(dead.process(), fs::temp_directory_path());
    EXPECT_TRUE(fs::exists(temporary->path())) << "ours";
    living.end();
    DataFolder::remove_left_by(living.process(), parent->path());
    EXPECT_EQ(copies_in(parent->path()), 0U);
}

}  // namespace
}  // namespace commitbench
