// SPDX-License-Identifier: Apache-2.0
// DataFolder: where a run's backend keeps its files.
#pragma once

#include "harness/run/cell.hpp"

#include <filesystem>
#include <sys/types.h>
#include <utility>

namespace commitbench {

/// The folder that the request names, made or emptied as it says, or a fresh temporary one that
/// goes with this object.
class DataFolder {
  public:
    /// bad_input where a named folder holds anything and may not be emptied, or is in use by
    /// another process.
    [[nodiscard]] static Result<DataFolder> prepare(const RunRequest& request);
    /// A fresh one under TMPDIR (else /tmp), removed with what is in it by the destructor. io where
    /// none can be made.
    [[nodiscard]] static Result<DataFolder> temporary();
    /// A fresh one beside the saved state `state`, removed likewise: on one file system, so that
    /// files can be cloned and linked.
    [[nodiscard]] static Result<DataFolder> beside(const std::filesystem::path& state);
    /// Where beside() makes it.
    [[nodiscard]] static std::filesystem::path parent_of(const std::filesystem::path& state);
    /// Removes what processes of this machine that were killed left behind of beside() in `parent`.
    static void remove_leftovers(const std::filesystem::path& parent);
    /// Removes what this process, which was killed and waited for, left behind in `parent` of
    /// temporary() and beside().
    static void remove_left_by(pid_t process, const std::filesystem::path& parent);
    /// `path`, whatever it holds; made where it is missing, never removed.
    [[nodiscard]] static Result<DataFolder> keep(const std::filesystem::path& path);

    DataFolder(DataFolder&& other) noexcept
        : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
    DataFolder& operator=(DataFolder&&) = delete;
    ~DataFolder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] bool is_temporary() const noexcept { return temporary_; }

  private:
    DataFolder(std::filesystem::path path, bool temporary)
        : path_(std::move(path)), temporary_(temporary) {}

    std::filesystem::path path_;
    bool temporary_;
};

}  // namespace commitbench
