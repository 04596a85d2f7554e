// SPDX-License-Identifier: Apache-2.0
// BackendTwins: further instances of a cell's backend that commit to the same blocks, so that a run
// really commits N times.
#pragma once

#include "harness/run/cell.hpp"
#include "harness/run/data_folder.hpp"

#include <functional>
#include <string>
#include <vector>

namespace commitbench {

class WorkerPool;

/// `--commit-times N` asks what the throughput would be if commitment cost N times what it costs,
/// and gets the answer by doing the work N times: N - 1 twins, each with files, caches and a memory
/// budget of its own, take every block's StateDiff within the same spans. Nothing reads from them.
/// Not thread-safe. Borrows the workers and, from stage() to persist(), the StateDiff.
class BackendTwins {
  public:
    /// Puts a saved state into a folder before a backend opens it.
    using Restore = std::function<Status(const std::filesystem::path& folder)>;
    /// Fills an empty backend with the first state.
    using Load = std::function<Status(Backend& twin)>;

    /// request.commit_times - 1 of them, each in a folder of its own that goes with it: beside the
    /// request's, where it names one, so that all are on one device. `restore` is called where the
    /// request has a saved state. Errors of the folders, of `restore` and of the backend's
    /// creation.
    [[nodiscard]] static Result<BackendTwins> open(const RunRequest& request,
                                                   WorkerPool& workers,
                                                   const Restore& restore);

    [[nodiscard]] bool empty() const noexcept { return twins_.empty(); }
    /// Where they were not restored.
    Status load(const Load& load);

    Status stage(const StateDiff& diff);
    Status merkleize();
    Status persist(std::uint64_t block);
    Status reopen();

    /// After load() or persist(): the first twin that is not where the backend is, in words; empty
    /// where there is none. `backend` is what Backend::persisted() says.
    [[nodiscard]] std::string first_difference(const Position& backend) const;

  private:
    // The backend ends before its folder.
    struct Twin {
        DataFolder folder;
        std::unique_ptr<Backend> backend;
    };

    std::vector<Twin> twins_;
};

}  // namespace commitbench
