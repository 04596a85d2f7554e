// SPDX-License-Identifier: Apache-2.0
#include "harness/run/restored_state.hpp"

#include "harness/run/saved_state.hpp"

namespace commitbench {

Result<RestoredFiles> RestoredState::copy_to(const std::filesystem::path& folder) const {
    return restore_state(request_.state,
                         identify_state(request_.backend, request_.memory_budget, workload_),
                         folder, request_.is_immutable_file);
}

Status RestoredState::restore(const std::filesystem::path& folder, LoadRecord& record) {
    if (request_.state.empty()) {
        return {};
    }
    const std::uint64_t start = steady_now_ns();
    auto files = copy_to(folder);
    if (!files) {
        return files.error();
    }
    record.keys = workload_.state_size();
    record.restored = files->how();
    record.seconds = static_cast<double>(steady_now_ns() - start) / 1e9;
    shared_ = std::move(files->shared);
    return {};
}

Status RestoredState::restore_twin(const std::filesystem::path& folder) const {
    if (request_.state.empty()) {
        return {};
    }
    const auto files = copy_to(folder);
    return files ? Status() : files.error();
}

Status RestoredState::check_opened(const Backend& backend,
                                   const std::filesystem::path& folder) const {
    if (backend.empty() == request_.state.empty()) {
        return {};
    }
    return bad_input(
        request_.state.empty()
            ? fmt::format("the folder {} holds a state already: name another one", folder.native())
            : fmt::format("the state in {} is empty: make it anew with commitbench load",
                          request_.state.native()));
}

std::optional<std::string> RestoredState::first_shared_change() const {
    const std::string changed = first_changed(shared_);
    if (changed.empty()) {
        return std::nullopt;
    }
    return fmt::format(
        "{} was changed, which the saved state shares with this run: "
        "remove the state",
        changed);
}

}  // namespace commitbench
