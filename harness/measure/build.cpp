// SPDX-License-Identifier: Apache-2.0
#include "harness/measure/build.hpp"

#include "build_revision.inc"
#include "build_settings.inc"

#include <CLI/Version.hpp>
#include <absl/base/config.h>
#include <array>
#include <fmt/format.h>
#include <lmdb.h>
#include <nlohmann/json.hpp>
#include <rocksdb/version.h>
#include <toml++/impl/version.h>
#include <xxhash.h>

namespace commitbench {
namespace {

/// One line of library_rows.inc, which library_facts.cmake writes.
struct LibraryRow {
    std::string_view name;
    std::string_view file;
    int assertions;  // 1 compiled in, 0 not, -1 unknown, 2 header-only
    std::string_view package;
};

constexpr std::array kLibraryRows = std::to_array<LibraryRow>({
#include "library_rows.inc"
});

#ifdef NDEBUG
constexpr bool kAssertions = false;
#else
constexpr bool kAssertions = true;
#endif

#ifdef __OPTIMIZE__
constexpr bool kOptimized = true;
#else
constexpr bool kOptimized = false;
#endif

std::string version_of(std::string_view library) {
    if (library == "rocksdb") {
        return fmt::format("{}.{}.{}", ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH);
    }
    if (library == "lmdb") {
        int major = 0;
        int minor = 0;
        int patch = 0;
        mdb_version(&major, &minor, &patch);
        return fmt::format("{}.{}.{}", major, minor, patch);
    }
    if (library == "fmt") {
        return fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100,
                           FMT_VERSION % 100);
    }
    if (library == "abseil") {
        return fmt::format("{}.{}", ABSL_LTS_RELEASE_VERSION, ABSL_LTS_RELEASE_PATCH_LEVEL);
    }
    if (library == "xxhash") {
        const unsigned number = XXH_versionNumber();
        return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
    }
    if (library == "nlohmann-json") {
        return fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                           NLOHMANN_JSON_VERSION_PATCH);
    }
    if (library == "CLI11") {
        return CLI11_VERSION;
    }
    if (library == "toml++") {
        return fmt::format("{}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH);
    }
    return "";  // Random123's headers carry no version: its package does
}

LibraryFacts facts_of(const LibraryRow& row) {
    LibraryFacts facts{std::string(row.name),
                       version_of(row.name),
                       std::string(row.package),
                       row.assertions == 2,
                       {},
                       ""};
    switch (row.assertions) {
        case 0:
            facts.release = true;
            facts.evidence = fmt::format("{} does not refer to __assert_fail", row.file);
            break;
        case 1:
            facts.release = false;
            facts.evidence =
                fmt::format("{} refers to __assert_fail: its assertions are compiled in", row.file);
            break;
        case 2:
            facts.release = !kAssertions;
            facts.evidence = "header-only: compiled with our own flags";
            break;
        default:
            facts.evidence = fmt::format("the symbols of {} could not be listed", row.file);
    }
    return facts;
}

BuildFacts make_facts() {
    BuildFacts facts;
    facts.version = COMMITBENCH_VERSION;
    facts.git_revision = COMMITBENCH_GIT_REVISION;
    facts.git_dirty = COMMITBENCH_GIT_DIRTY;
    facts.compiler = COMMITBENCH_COMPILER;
    facts.flags = COMMITBENCH_FLAGS;
    facts.build_type = COMMITBENCH_BUILD_TYPE;
    if (facts.build_type.empty()) {
        facts.build_type = "none";
    }
    facts.sanitizers = COMMITBENCH_SANITIZERS;
    facts.assertions = kAssertions;
    facts.optimized = kOptimized;
    for (const LibraryRow& row : kLibraryRows) {
        facts.libraries.push_back(facts_of(row));
    }
    return facts;
}

}  // namespace

const BuildFacts& build_facts() {
    static const BuildFacts kFacts = make_facts();
    return kFacts;
}

std::string version_line() {
    const BuildFacts& facts = build_facts();
    return fmt::format("{} (git {}{}; {}; build type {}{})", facts.version,
                       facts.git_revision.substr(0, 12), facts.git_dirty ? ", dirty" : "",
                       facts.compiler, facts.build_type,
                       facts.sanitizers.empty() ? "" : "; sanitizers " + facts.sanitizers);
}

}  // namespace commitbench
