// SPDX-License-Identifier: Apache-2.0
#include "harness/core/directory_claim.hpp"

#include "harness/core/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLockName = "LOCK";
constexpr std::string_view kMarkerName = "FORMAT";
/// The marker on its way: renamed once it is whole.
constexpr std::string_view kNewMarkerName = "FORMAT.new";
constexpr std::string_view kOurs = "commitbench ";
constexpr std::size_t kMaxMarkerBytes = 1024;

std::string system_reason(int number) {
    return std::error_code(number, std::generic_category()).message();
}

Error cannot_write(const fs::path& directory, int number) {
    return bad_input(fmt::format(
        "the data folder '{}' cannot be written ({}): check its owner, its permissions and the "
        "free space, or choose another folder",
        directory.string(), system_reason(number)));
}

/// The first line of the marker; nullopt where there is no marker that begins like ours.
std::optional<std::string> read_marker(const fs::path& directory) {
    const Descriptor file(::open((directory / kMarkerName).c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return std::nullopt;
    }
    std::array<char, kMaxMarkerBytes> text{};
    const ssize_t size = ::read(file.get(), text.data(), text.size());
    if (size <= 0) {
        return std::nullopt;
    }
    const std::string_view content(text.data(), static_cast<std::size_t>(size));
    if (!content.starts_with(kOurs)) {
        return std::nullopt;
    }
    return std::string(content.substr(0, content.find('\n')));
}

/// Empty but for what a claim that died half-way may have left.
Result<bool> is_unused(const fs::path& directory) {
    std::error_code failed;
    fs::directory_iterator at(directory, failed);
    if (failed) {
        return bad_input(fmt::format(
            "the data folder '{}' cannot be read ({}): check that it is a folder and yours",
            directory.string(), failed.message()));
    }
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
        const fs::path name = at->path().filename();
        if (name != kLockName && name != kNewMarkerName) {
            return false;
        }
    }
    return !failed;
}

/// Durable when it returns: file, then its name, then the folder that holds the name.
Status write_marker(const fs::path& directory, const std::string& format) {
    const fs::path fresh = directory / kNewMarkerName;
    const std::string line = format + "\n";
    const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.get() < 0) {
        return cannot_write(directory, errno);
    }
    const ssize_t written = ::write(file.get(), line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size())) {
        return cannot_write(directory, written < 0 ? errno : ENOSPC);
    }
    const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (::fsync(file.get()) != 0 ||
        ::rename(fresh.c_str(), (directory / kMarkerName).c_str()) != 0 || folder.get() < 0 ||
        ::fsync(folder.get()) != 0) {
        return cannot_write(directory, errno);
    }
    return {};
}

}  // namespace

bool DirectoryClaim::is_ours(const fs::path& directory) {
    return read_marker(directory).has_value();
}

Result<DirectoryClaim> DirectoryClaim::take(const fs::path& directory, const std::string& format) {
    // Looked at before the lock file is made, so that nothing is ever written into a folder that is
    // not ours.
    const auto unused = is_unused(directory);
    if (!unused) {
        return unused.error();
    }
    if (!*unused && !is_ours(directory)) {
        return bad_input(fmt::format(
            "the folder '{}' holds files that are not from commitbench: choose an empty folder",
            directory.string()));
    }
    Descriptor lock(::open((directory / kLockName).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (lock.get() < 0) {
        return cannot_write(directory, errno);
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return bad_input(fmt::format(
                "the data folder '{}' is in use by another process: wait for it to end or choose "
                "another folder",
                directory.string()));
        }
        return cannot_write(directory, errno);
    }
    // Read again under the lock: another process may have made the marker in between.
    const std::optional<std::string> marker = read_marker(directory);
    if (!marker) {
        COMMITBENCH_TRY(write_marker(directory, format));
    } else if (*marker != format) {
        return bad_input(fmt::format(
            "the data folder '{}' holds '{}' where '{}' is wanted: choose another folder, or the "
            "backend and options that it was made with",
            directory.string(), *marker, format));
    }
    DirectoryClaim claim;
    claim.lock_ = lock.release();
    return claim;
}

DirectoryClaim::~DirectoryClaim() {
    if (lock_ >= 0) {
        ::close(lock_);
    }
}

}  // namespace commitbench
