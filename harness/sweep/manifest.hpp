// SPDX-License-Identifier: Apache-2.0
// Manifest: DIR/manifest.json, what a sweep is and where it ran. Always whole: it is replaced,
// never written over. harness/sweep/schema/manifest.schema.json describes it.
#pragma once

#include "harness/measure/doctor.hpp"
#include "harness/measure/machine.hpp"
#include "harness/sweep/cells.hpp"
#include "harness/sweep/shard.hpp"

#include <filesystem>

namespace commitbench::sweep {

inline constexpr int kManifestSchemaVersion = 1;
inline constexpr std::string_view kManifestFile = "manifest.json";

/// One start of the program. The build is this program's.
struct Session {
    std::string started_utc;
    Shard shard;
    std::vector<std::string> command;
    MachineFacts machine;
    StorageFacts storage;
    std::vector<DoctorCheck> doctor;
};

struct ManifestContents {
    const Plan* plan = nullptr;
    const std::vector<SweepCell>* cells = nullptr;
    std::vector<std::vector<std::string>>
        commands;  ///< of each cell: the words after "commitbench"
    std::string plan_hash;
    std::uint64_t repetitions = 0;
    std::optional<double> until_ci_percent;
    std::optional<std::uint64_t> max_repetitions;
    Session session;
};

/// What an existing manifest says of itself.
struct ManifestSummary {
    std::string plan_name;
    std::string plan_hash;
    std::string git_revision;  ///< of its last session
    std::string shard;         ///< of its last session
    std::string text;          ///< all of it
};

/// nullopt where the folder has none. corrupt where it is no manifest.
[[nodiscard]] Result<std::optional<ManifestSummary>> read_manifest(
    const std::filesystem::path& folder);

/// Writes the manifest, with the sessions of `before` (where there was one) before its own.
Status write_manifest(const std::filesystem::path& folder,
                      const ManifestContents& contents,
                      const std::optional<ManifestSummary>& before);

/// The manifest of shards joined: the first one's, with the sessions of all and the folders that
/// they came from. INVARIANT: not empty, and all of one plan_hash.
[[nodiscard]] std::string merged_manifest(const std::vector<ManifestSummary>& shards,
                                          const std::vector<std::filesystem::path>& folders);

}  // namespace commitbench::sweep
