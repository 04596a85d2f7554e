// SPDX-License-Identifier: Apache-2.0
#include "harness/run/saved_state.hpp"

#include "harness/run/data_folder.hpp"
#include "harness/run/durable_file.hpp"
#include "harness/run/first_state_load.hpp"
#include "harness/run/folder_size.hpp"
#include "harness/run/utc_time.hpp"
#include "harness/runtime/worker_pool.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

namespace commitbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "commitbench state";
constexpr int kVersion = 1;

Status write_saved_state(const fs::path& folder, const SavedState& state) {
    const Json json{{"format", kFormat},
                    {"version", kVersion},
                    {"backend", state.identity.backend},
                    {"memory_budget_bytes", state.identity.memory_budget},
                    {"keys", state.identity.keys},
                    {"first_state", state.identity.first_state},
                    {"load_seconds", state.load_seconds},
                    {"bytes", state.bytes},
                    {"made_utc", state.made_utc}};
    return replace_file(folder / kStateFile,
                        json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

/// An empty FOLDER/files.
Status clear_for_state(const SaveRequest& request) {
    COMMITBENCH_TRY(make_folder(request.folder));
    std::error_code error;
    if (fs::exists(request.folder / kStateFile, error)) {
        return bad_input(fmt::format("the folder {} holds a state already: name another one",
                                     request.folder.native()));
    }
    const fs::path files = request.folder / kStateFiles;
    if (!fs::is_empty(request.folder, error) && !request.is_data_folder(files) &&
        !fs::is_empty(files, error)) {
        return bad_input(
            fmt::format("the folder {} holds files that are no state of this program: "
                        "name another one",
                        request.folder.native()));
    }
    fs::remove_all(files, error);
    if (error) {
        return bad_input(fmt::format("{} cannot be removed ({}): check its permissions",
                                     files.native(), error.message()));
    }
    return make_folder(files);
}

Error in_memory(const Choice<BackendComponent>& backend) {
    return bad_input(fmt::format(
        "{} keeps its state in memory: there is nothing to restore; leave --state away, or choose "
        "a store on disk",
        backend.canonical()));
}

}  // namespace

std::string StateIdentity::name() const {
    const std::string text =
        fmt::format("{}\n{}\n{}\n{}", backend, memory_budget, keys, first_state);
    return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

StateIdentity identify_state(const Choice<BackendComponent>& backend,
                             std::uint64_t memory_budget,
                             const Workload& workload) {
    return {.backend = backend.canonical(),
            .memory_budget = memory_budget,
            .keys = workload.state_size(),
            .first_state = first_state_digest(workload)};
}

Result<std::optional<SavedState>> read_saved_state(const fs::path& folder) {
    const fs::path file = folder / kStateFile;
    const auto text = read_file(file);
    if (!text) {
        return text.error();
    }
    if (!*text) {
        return std::optional<SavedState>();
    }
    try {
        const Json json = Json::parse(**text);
        if (json.at("format") != kFormat || json.at("version") != kVersion) {
            return bad_input(fmt::format("{} is no state of this version: remove the folder {}",
                                         file.native(), folder.native()));
        }
        return std::optional<SavedState>(
            {.identity = {.backend = json.at("backend").get<std::string>(),
                          .memory_budget = json.at("memory_budget_bytes").get<std::uint64_t>(),
                          .keys = json.at("keys").get<std::uint64_t>(),
                          .first_state = json.at("first_state").get<std::string>()},
             .load_seconds = json.at("load_seconds").get<double>(),
             .bytes = json.at("bytes").get<std::uint64_t>(),
             .made_utc = json.at("made_utc").get<std::string>()});
    } catch (const Json::exception& error) {
        return Error{ErrorCode::corrupt, fmt::format("{} is damaged ({}): remove the folder {}",
                                                     file.native(), error.what(), folder.native())};
    }
}

Result<SavedState> save_first_state(const SaveRequest& request) {
    auto workload = request.workload.component->create(request.workload.options, request.seed);
    if (!workload) {
        return workload.error();
    }
    COMMITBENCH_TRY(clear_for_state(request));
    const fs::path files = request.folder / kStateFiles;
    WorkerPool workers(request.workers, Placement{.seats = {}, .why_not = "nothing is measured"});
    SavedState saved;
    saved.identity = identify_state(request.backend, request.memory_budget, **workload);
    {
        auto backend = request.backend.component->create(request.backend.options,
                                                         {.directory = files,
                                                          .memory_budget = request.memory_budget,
                                                          .durability = Durability::none,
                                                          .workers = &workers});
        if (!backend) {
            return backend.error();
        }
        if (!request.is_data_folder(files)) {
            return in_memory(request.backend);
        }
        LoadRecord record;
        COMMITBENCH_TRY(
            load_first_state(**backend, **workload, request.memory_budget,
                             request.progress == nullptr ? silent_progress() : *request.progress,
                             request.interrupt, record));
        saved.load_seconds = record.seconds;
    }
    saved.bytes = bytes_on_disk(files);
    saved.made_utc = utc_now();
    COMMITBENCH_TRY(write_saved_state(request.folder, saved));
    return saved;
}

Result<bool> keeps_files(const Choice<BackendComponent>& backend,
                         std::uint64_t memory_budget,
                         bool (*is_data_folder)(const fs::path&)) {
    auto folder = DataFolder::temporary();
    if (!folder) {
        return folder.error();
    }
    WorkerPool workers(1, Placement{.seats = {}, .why_not = "nothing is measured"});
    auto made = backend.component->create(backend.options, {.directory = folder->path(),
                                                            .memory_budget = memory_budget,
                                                            .durability = Durability::none,
                                                            .workers = &workers});
    if (!made) {
        return made.error();
    }
    return is_data_folder(folder->path());
}

Result<RestoredFiles> restore_state(const fs::path& folder,
                                    const StateIdentity& wanted,
                                    const fs::path& to,
                                    bool (*is_immutable)(const fs::path&)) {
    const fs::path file = folder / kStateFile;
    const int lock = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0 || ::flock(lock, LOCK_SH) != 0) {
        if (lock >= 0) {
            ::close(lock);
        }
        return bad_input(
            fmt::format("the folder {} holds no whole state: make one with "
                        "commitbench load --dir {}",
                        folder.native(), folder.native()));
    }
    auto result = [&]() -> Result<RestoredFiles> {
        const auto saved = read_saved_state(folder);
        if (!saved) {
            return saved.error();
        }
        if (!*saved) {
            return bad_input(fmt::format("the state in {} has just been removed", folder.native()));
        }
        const StateIdentity& found = (*saved)->identity;
        if (found != wanted) {
            return bad_input(fmt::format(
                "the state in {} is of {} with {} keys (first state {}) and a budget of {}; wanted "
                "is {} with {} keys ({}) and {}: make it with commitbench load",
                folder.native(), found.backend, found.keys, found.first_state,
                format_size(found.memory_budget), wanted.backend, wanted.keys, wanted.first_state,
                format_size(wanted.memory_budget)));
        }
        // Whoever removes old states looks at this.
        ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0);
        return restore_files(folder / kStateFiles, to, is_immutable);
    }();
    ::close(lock);
    return result;
}

}  // namespace commitbench
