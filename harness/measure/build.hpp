// SPDX-License-Identifier: Apache-2.0
// Facts about this program's build and the libraries it runs on.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace commitbench {

struct LibraryFacts {
    std::string name;     ///< "rocksdb"
    std::string version;  ///< what the library (or its header) says of itself
    std::string
        package;  ///< "librocksdb-dev 7.8.3-2" as installed when we were built; empty where unknown
    bool header_only = false;  ///< compiled with our own flags
    std::optional<bool>
        release;           ///< false: built with its debugging checks on; nullopt: cannot be known
    std::string evidence;  ///< how `release` is known, or why it is not
};

struct BuildFacts {
    std::string version;       ///< of commitbench
    std::string git_revision;  ///< 40 hex digits, or "unknown" outside a repository
    bool git_dirty = false;    ///< the tree had uncommitted changes
    std::string compiler;      ///< "GNU 12.2.0"
    std::string flags;         ///< of the build type and the user
    std::string build_type;    ///< "Release", or "none"
    std::string sanitizers;    ///< "address,undefined", or empty
    bool assertions = false;   ///< NDEBUG is not defined
    bool optimized = false;    ///< __OPTIMIZE__ is defined
    std::vector<LibraryFacts> libraries;
};

/// The git revision is looked up whenever the program is built, not when it was configured.
[[nodiscard]] const BuildFacts& build_facts();

/// "0.1.0 (git 1a2b3c4d5e6f, dirty; GNU 12.2.0; build type Release)"
[[nodiscard]] std::string version_line();

}  // namespace commitbench
