// SPDX-License-Identifier: Apache-2.0
#include "backends/store/io_error.hpp"

#include "backends/store/store.hpp"
#include "harness/core/options.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <system_error>

namespace commitbench {
namespace {

/// Less than this and a write of any engine fails, though perhaps a few bytes would still fit.
constexpr std::uint64_t kFullBelowBytes = std::uint64_t{64} << 10;

bool is_full(const std::filesystem::path& directory) {
    std::error_code failed;
    const std::filesystem::space_info space = std::filesystem::space(directory, failed);
    return !failed && space.available < kFullBelowBytes;
}

}  // namespace

Error io_error(std::string_view what,
               const std::filesystem::path& directory,
               std::string_view reason,
               bool no_space) {
    if (no_space || is_full(directory)) {
        return {
            ErrorCode::io,
            fmt::format("{}: the disk under '{}' is full ({}): free space there or choose another "
                        "data folder; what was persisted before is kept",
                        what, directory.string(), reason)};
    }
    return {ErrorCode::io,
            fmt::format("{} in '{}' failed: {}: check the disk and the folder's permissions", what,
                        directory.string(), reason)};
}

Error io_error(std::string_view what, const std::filesystem::path& directory, int number) {
    return io_error(what, directory, std::generic_category().message(number),
                    number == ENOSPC || number == EDQUOT);
}

Error damaged_files(std::string_view engine,
                    const std::filesystem::path& directory,
                    std::string_view reason) {
    return {
        ErrorCode::corrupt,
        fmt::format(
            "'{}' holds no readable {} store ({}): its files are damaged or not ours; delete the "
            "data folder and load again",
            directory.string(), engine, reason)};
}

Error other_tables(std::string_view engine,
                   const std::filesystem::path& directory,
                   std::string_view found,
                   std::string_view wanted) {
    return bad_input(fmt::format(
        "the {} store in '{}' has the tables {} where {} are wanted: it was made by another "
        "backend; choose another data folder",
        engine, directory.string(), found, wanted));
}

Error commit_during_scan() {
    return {ErrorCode::unsupported,
            "a batch was committed while a scan is open: close the scan first"};
}

Error state_does_not_fit(std::uint64_t needed, std::uint64_t memory_budget) {
    return {ErrorCode::does_not_fit,
            fmt::format(
                "the state needs about {} MiB in memory but may take {} MiB (memory budget {}, and "
                "never less than {}): raise --memory or take a store on disk",
                (needed + (1U << 20) - 1) >> 20, resident_limit(memory_budget) >> 20,
                format_size(memory_budget), format_size(kResidentFloorBytes))};
}

Error key_must_have_32_bytes(std::string_view backend, std::size_t size) {
    return bad_input(fmt::format(
        "backend '{}' takes keys of 32 bytes, and this one has {}: pad or hash it", backend, size));
}

}  // namespace commitbench
