// SPDX-License-Identifier: Apache-2.0
// The folder that a database lives in: one that goes away with us, or the user's.
#pragma once

#include "harness/core/result.hpp"

#include <filesystem>

namespace commitbench::cli {

/// An existing folder. A temporary one is removed, with what is in it, by the destructor.
class ScratchFolder {
  public:
    /// A new folder under TMPDIR (else /tmp).
    [[nodiscard]] static Result<ScratchFolder> make_temporary();
    /// `path`, made where it is missing; never removed.
    [[nodiscard]] static Result<ScratchFolder> make_kept(const std::filesystem::path& path);

    ScratchFolder(ScratchFolder&& other) noexcept
        : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
    ScratchFolder& operator=(ScratchFolder&&) = delete;
    ~ScratchFolder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  private:
    ScratchFolder(std::filesystem::path path, bool temporary)
        : path_(std::move(path)), temporary_(temporary) {}

    std::filesystem::path path_;
    bool temporary_;
};

}  // namespace commitbench::cli
