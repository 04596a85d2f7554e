// SPDX-License-Identifier: Apache-2.0
// SweepFolder: the folder of one sweep, held for one process.
#pragma once

#include "harness/core/result.hpp"
#include "harness/run/interrupt_flag.hpp"

#include <filesystem>
#include <utility>

namespace commitbench::sweep {

/// Two locks (flock). `sweep.lock` is this process's: while it is held, no other sweep works here.
/// `run.lock` is inherited by every process that this one starts: after a kill -9 it stays held
/// until the last of them has ended, so that no new run is measured beside a dying one.
class SweepFolder {
  public:
    /// Makes the folder. bad_input where another sweep holds it, or where it cannot be made or
    /// written. Waits for processes that an earlier sweep left behind, and says so once on
    /// stderr; interrupted where the user does not want to.
    [[nodiscard]] static Result<SweepFolder> claim(const std::filesystem::path& path,
                                                   InterruptFlag interrupt);

    SweepFolder(SweepFolder&& other) noexcept
        : path_(std::move(other.path_)),
          sweep_lock_(std::exchange(other.sweep_lock_, -1)),
          run_lock_(std::exchange(other.run_lock_, -1)) {}
    SweepFolder& operator=(SweepFolder&&) = delete;
    ~SweepFolder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  private:
    explicit SweepFolder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
    int sweep_lock_ = -1;
    int run_lock_ = -1;
};

}  // namespace commitbench::sweep
