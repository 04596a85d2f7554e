// SPDX-License-Identifier: Apache-2.0
// SavedState: a first state that was loaded once and is restored for many runs.
//
//   FOLDER/files/       the backend's files, at block 0
//   FOLDER/state.json   what they are; written last, so that a state without it is not whole
//
// {"format": "commitbench state", "version": 1, "backend": "mpt:store=lmdb,…",
//  "memory_budget_bytes": 1073741824, "keys": 1000000, "first_state": "<32 hex>", "load_seconds":
//  4.2, "bytes": 123456789, "made_utc": "…"}
#pragma once

#include "harness/core/registry.hpp"
#include "harness/run/interrupt_flag.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/restore.hpp"

namespace commitbench {

inline constexpr std::string_view kStateFile = "state.json";
inline constexpr std::string_view kStateFiles = "files";

/// What the files follow from. The workload's own options do not matter, its first state does:
/// cells that differ in their blocks alone share one.
struct StateIdentity {
    std::string backend;              ///< backend_of_state()
    std::uint64_t memory_budget = 0;  ///< bytes; a backend may lay out its files by it
    std::uint64_t keys = 0;
    std::string first_state;  ///< first_state_digest()

    bool operator==(const StateIdentity&) const = default;
    /// 16 hex digits of all four.
    [[nodiscard]] std::string name() const;
};

/// The canonical spec, and the library with its version where the backend is a plug-in: another one
/// may lay out its files otherwise.
[[nodiscard]] std::string backend_of_state(const Choice<BackendComponent>& backend);

[[nodiscard]] StateIdentity identify_state(const Choice<BackendComponent>& backend,
                                           std::uint64_t memory_budget,
                                           const Workload& workload);

struct SavedState {
    StateIdentity identity;
    double load_seconds = 0;
    std::uint64_t bytes = 0;  ///< that the files take on disk
    std::string made_utc;
};

/// nullopt where there is no whole state in `folder`; corrupt where its state.json is damaged.
[[nodiscard]] Result<std::optional<SavedState>> read_saved_state(
    const std::filesystem::path& folder);

struct SaveRequest {
    Choice<BackendComponent> backend;
    Choice<WorkloadComponent> workload;
    std::uint64_t seed = 1;
    std::uint64_t memory_budget = std::uint64_t{1} << 30;
    std::uint32_t workers = 1;
    std::filesystem::path folder;
    /// DirectoryClaim::is_ours: whether the backend keeps files at all, and whether a half-made
    /// state may be removed.
    bool (*is_data_folder)(const std::filesystem::path&) = nullptr;
    ProgressSink* progress = nullptr;
    InterruptFlag interrupt = nullptr;
};

/// Loads the first state into request.folder, which must be missing, empty or hold a state that was
/// not finished. bad_input where it holds anything else, or where the backend keeps its state in
/// memory; else the backend's errors.
[[nodiscard]] Result<SavedState> save_first_state(const SaveRequest& request);

/// Whether this backend keeps its state in files: opened in a temporary folder to see.
[[nodiscard]] Result<bool> keeps_files(const Choice<BackendComponent>& backend,
                                       std::uint64_t memory_budget,
                                       bool (*is_data_folder)(const std::filesystem::path&));

/// Copies the state's files to `to`. bad_input where `folder` has no state, or another than
/// `wanted` (what differs is named). Holds a shared lock on state.json meanwhile, so that nobody
/// removes it.
[[nodiscard]] Result<RestoredFiles> restore_state(
    const std::filesystem::path& folder,
    const StateIdentity& wanted,
    const std::filesystem::path& to,
    bool (*is_immutable)(const std::filesystem::path&));

}  // namespace commitbench
