// SPDX-License-Identifier: Apache-2.0
// Who may use a data folder: one process, and only for the format that it holds.
#pragma once

#include "harness/core/result.hpp"

#include <filesystem>
#include <string>

namespace commitbench {

/// Holds a folder for this process (flock on DIR/LOCK) and its format marker (DIR/FORMAT, one line
/// of text). Released by the destructor or the process's death.
class DirectoryClaim {
  public:
    /// Claims `directory` for `format` ("commitbench mpt 1 store=lmdb secure=off"). An empty folder
    /// gets the marker (written durably); bad_input where another process holds it, where the
    /// marker names another format (both named), where the folder is not empty and has no marker
    /// (it is not ours), or where it cannot be written.
    [[nodiscard]] static Result<DirectoryClaim> take(const std::filesystem::path& directory,
                                                     const std::string& format);
    /// True where `directory` holds our marker (any format). Reads only.
    [[nodiscard]] static bool is_ours(const std::filesystem::path& directory);

    DirectoryClaim() = default;
    DirectoryClaim(DirectoryClaim&& other) noexcept : lock_(std::exchange(other.lock_, -1)) {}
    DirectoryClaim& operator=(DirectoryClaim&& other) noexcept {
        std::swap(lock_, other.lock_);
        return *this;
    }
    ~DirectoryClaim();

  private:
    int lock_ = -1;  // file descriptor, -1 where nothing is held
};

}  // namespace commitbench
