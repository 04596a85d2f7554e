// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/scratch_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <system_error>

namespace commitbench::cli {

Result<ScratchFolder> ScratchFolder::make_temporary() {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    std::string name = (error ? std::filesystem::path("/tmp") : parent) / "commitbench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        return Error{ErrorCode::io,
                     fmt::format("temporary folder {}: cannot be made: {}; set TMPDIR to a folder "
                                 "that can be written, or name one with --dir",
                                 name, std::generic_category().message(errno))};
    }
    return ScratchFolder(name, true);
}

Result<ScratchFolder> ScratchFolder::make_kept(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error || !std::filesystem::is_directory(path, error)) {
        return Error{
            ErrorCode::io,
            fmt::format(
                "--dir {}: cannot be made or is no folder: {}; name a folder that can be written",
                path.string(), error ? error.message() : "a file has that name")};
    }
    return ScratchFolder(path, false);
}

ScratchFolder::~ScratchFolder() {
    if (temporary_) {
        std::error_code ignored;  // a leftover in the temporary folder is nothing to fail for
        std::filesystem::remove_all(path_, ignored);
    }
}

}  // namespace commitbench::cli
