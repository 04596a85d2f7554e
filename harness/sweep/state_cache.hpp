// SPDX-License-Identifier: Apache-2.0
// StateCache: a folder of saved states, each made once and restored for every run that needs it.
#pragma once

#include "harness/run/saved_state.hpp"

#include <functional>

namespace commitbench::sweep {

/// Several processes may use one folder. One thread.
class StateCache {
  public:
    /// `limit_bytes`: states beyond it are removed, least recently used first, but never the one
    /// that was just asked for.
    StateCache(std::filesystem::path folder, std::uint64_t limit_bytes)
        : folder_(std::move(folder)), limit_bytes_(limit_bytes) {}

    /// The folder of this state. `make` (called with that folder, empty or missing) makes it where
    /// it is not there; its Error is returned. Waits while another process makes it.
    [[nodiscard]] Result<std::filesystem::path> ensure(
        const StateIdentity& identity,
        const std::function<Status(const std::filesystem::path&)>& make);

    /// Bytes on disk of this state, where it is there.
    [[nodiscard]] std::optional<std::uint64_t> bytes_of(const StateIdentity& identity) const;

    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
    [[nodiscard]] std::uint64_t limit_bytes() const noexcept { return limit_bytes_; }

  private:
    void make_room(const std::string& but) const;

    std::filesystem::path folder_;
    std::uint64_t limit_bytes_;
};

}  // namespace commitbench::sweep
