// SPDX-License-Identifier: Apache-2.0
// RestoredState: the saved state that a run starts from instead of loading.
#pragma once

#include "harness/run/cell.hpp"
#include "harness/run/restore.hpp"

namespace commitbench {

/// What `RunRequest::state` asks of a run's steps: copies of the state before a backend opens its
/// folder, and a look at the end whether what they share with it is still whole. Does nothing where
/// the request has no state. Not thread-safe. Borrows the request and the workload, whose first
/// state the saved one must be.
class RestoredState {
  public:
    RestoredState(const RunRequest& request, const Workload& workload)
        : request_(request), workload_(workload) {}

    /// The copy of the backend that is read from; fills `record`. Errors of restore_state().
    Status restore(const std::filesystem::path& folder, LoadRecord& record);
    /// The copy of a twin (BackendTwins), which no record is about: its shared files are the same.
    /// Errors of restore_state().
    Status restore_twin(const std::filesystem::path& folder) const;

    /// bad_input unless the backend opened with a state where one was restored, and without one
    /// where none was. `folder` is the backend's.
    [[nodiscard]] Status check_opened(const Backend& backend,
                                      const std::filesystem::path& folder) const;
    /// After the last block: why the run is void, where a file that the saved state shares with
    /// restore()'s copy was changed; else nullopt.
    [[nodiscard]] std::optional<std::string> first_shared_change() const;

  private:
    [[nodiscard]] Result<RestoredFiles> copy_to(const std::filesystem::path& folder) const;

    const RunRequest& request_;
    const Workload& workload_;
    std::vector<SharedFile> shared_;
};

}  // namespace commitbench
