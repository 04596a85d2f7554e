// SPDX-License-Identifier: Apache-2.0
#include "harness/run/backend_twins.hpp"

#include "codec/hex.hpp"

namespace commitbench {

namespace {

Result<DataFolder> folder_of_twin(const RunRequest& request) {
    const std::filesystem::path& near =
        request.directory.empty() ? request.state : request.directory;
    return near.empty() ? DataFolder::temporary() : DataFolder::beside(near);
}

}  // namespace

Result<BackendTwins> BackendTwins::open(const RunRequest& request,
                                        WorkerPool& workers,
                                        const Restore& restore) {
    BackendTwins twins;
    for (std::uint32_t i = 1; i < request.commit_times; ++i) {
        auto folder = folder_of_twin(request);
        if (!folder) {
            return folder.error();
        }
        if (!request.state.empty()) {
            COMMITBENCH_TRY(restore(folder->path()));
        }
        auto backend = request.backend.component->create(request.backend.options,
                                                         {.directory = folder->path(),
                                                          .memory_budget = request.memory_budget,
                                                          .durability = request.durability,
                                                          .workers = &workers});
        if (!backend) {
            return backend.error();
        }
        twins.twins_.push_back({std::move(*folder), std::move(*backend)});
    }
    return twins;
}

Status BackendTwins::load(const Load& load) {
    for (const Twin& twin : twins_) {
        COMMITBENCH_TRY(load(*twin.backend));
    }
    return {};
}

Status BackendTwins::stage(const StateDiff& diff) {
    for (const Twin& twin : twins_) {
        COMMITBENCH_TRY(twin.backend->stage(diff));
    }
    return {};
}

Status BackendTwins::merkleize() {
    for (const Twin& twin : twins_) {
        if (const auto root = twin.backend->merkleize(); !root) {
            return root.error();
        }
    }
    return {};
}

Status BackendTwins::persist(std::uint64_t block) {
    for (const Twin& twin : twins_) {
        COMMITBENCH_TRY(twin.backend->persist(block));
    }
    return {};
}

Status BackendTwins::reopen() {
    for (const Twin& twin : twins_) {
        COMMITBENCH_TRY(twin.backend->reopen());
    }
    return {};
}

std::string BackendTwins::first_difference(const Position& backend) const {
    for (std::size_t i = 0; i < twins_.size(); ++i) {
        const Position twin = twins_[i].backend->persisted();
        if (twin.block != backend.block || twin.root != backend.root) {
            return fmt::format(
                "block {}: the backend's root is 0x{}, but twin {} is at block {} with root 0x{}",
                backend.block, to_hex(backend.root.view()), i + 1, twin.block,
                to_hex(twin.root.view()));
        }
    }
    return {};
}

}  // namespace commitbench
