// SPDX-License-Identifier: Apache-2.0
#include "harness/run/data_folder.hpp"

#include "harness/measure/proc_file.hpp"
#include "harness/run/durable_file.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

/// The lock that a backend's claim on a folder holds (harness/core/directory_claim.hpp).
constexpr std::string_view kLockName = "LOCK";

// What the names of folders begin with that go with their process.
constexpr std::string_view kTemporary = "commitbench-";
constexpr std::string_view kRestored = ".restored-";  // beside a saved state

/// Those of this machine: they may lie on a disk that several share.
std::string own_prefix(std::string_view kind) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    return fmt::format("{}{}-", kind, host.data());
}

std::string own_template(std::string_view kind) {
    return fmt::format("{}{}-XXXXXX", own_prefix(kind), ::getpid());
}

/// Removes the folders of this kind in `parent` whose process `is_gone` says yes to.
template<class IsGone>
void remove_of(std::string_view kind, const fs::path& parent, IsGone is_gone) {
    const std::string prefix = own_prefix(kind);
    std::vector<fs::path> left;
    std::error_code error;
    for (auto entry = fs::directory_iterator(parent, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const std::string name = entry->path().filename().native();
        if (name.starts_with(prefix)) {
            const pid_t owner = std::atoi(name.c_str() + prefix.size());
            if (owner > 0 && is_gone(owner)) {
                left.push_back(entry->path());
            }
        }
    }
    for (const fs::path& folder : left) {
        fs::remove_all(folder, error);  // what cannot be removed only takes space
    }
}

/// Also of a process that is on its way out, or that nobody has waited for: it writes nothing any
/// more. INVARIANT: whoever has seen its locks and pipes closed gets true, since the kernel marks
/// a process as exiting before it closes them (fields 3 and 9 of proc_pid_stat(5)).
bool has_ended(pid_t process) {
    constexpr std::uint64_t kExiting = 0x4;  // PF_EXITING
    if (::kill(process, 0) != 0 && errno == ESRCH) {
        return true;
    }
    const auto text = read_text(fmt::format("/proc/{}/stat", process));
    if (!text) {
        return false;
    }
    // After the name, which may hold anything: state, ppid, pgrp, session, tty, tpgid, flags.
    const auto words = split_words(std::string_view(*text).substr(text->rfind(')') + 1));
    return words.size() > 6 && (words[0] == "Z" || words[0] == "X" ||
                                (leading_number(words[6]).value_or(0) & kExiting) != 0);
}

bool is_in_use(const fs::path& folder) {
    const int lock = open((folder / kLockName).c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0) {
        return false;
    }
    const bool taken = flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(lock);
    return taken;
}

Status empty_folder(const fs::path& folder) {
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
        fs::remove_all(entry->path(), error);
        if (error) {
            break;
        }
    }
    if (error) {
        return bad_input(fmt::format("the folder {} cannot be emptied ({}): check its permissions",
                                     folder.native(), error.message()));
    }
    return {};
}

}  // namespace

Result<DataFolder> DataFolder::temporary() {
    std::error_code error;
    const fs::path parent = fs::temp_directory_path(error);
    std::string name = (parent / own_template(kTemporary)).native();
    if (error || mkdtemp(name.data()) == nullptr) {
        Error refused = bad_input(fmt::format(
            "no temporary folder can be made in '{}' ({}): set TMPDIR, or name a folder with "
            "--dir",
            parent.native(),
            error ? error.message() : std::error_code(errno, std::generic_category()).message()));
        refused.code = ErrorCode::io;
        return refused;
    }
    return DataFolder(name, true);
}

fs::path DataFolder::parent_of(const fs::path& state) {
    fs::path folder = fs::absolute(state);
    if (!folder.has_filename()) {  // "state/"
        folder = folder.parent_path();
    }
    return folder.parent_path();
}

Result<DataFolder> DataFolder::beside(const fs::path& state) {
    const fs::path parent = parent_of(state);
    std::string name = (parent / own_template(kRestored)).native();
    if (mkdtemp(name.data()) == nullptr) {
        const int reason = errno;
        return Error{ErrorCode::io,
                     fmt::format("no folder can be made in '{}' ({}): check that it is there, its "
                                 "permissions and the free space",
                                 parent.native(), std::generic_category().message(reason))};
    }
    return DataFolder(name, true);
}

void DataFolder::remove_leftovers(const fs::path& parent) {
    remove_of(kRestored, parent, &has_ended);
}

void DataFolder::remove_left_by(pid_t process, const fs::path& parent) {
    for (const std::string_view kind : {kTemporary, kRestored}) {
        remove_of(kind, parent, [process](pid_t owner) { return owner == process; });
    }
}

Result<DataFolder> DataFolder::keep(const fs::path& path) {
    COMMITBENCH_TRY(make_folder(path));
    return DataFolder(path, false);
}

Result<DataFolder> DataFolder::prepare(const RunRequest& request) {
    if (request.directory.empty()) {
        return request.state.empty() ? temporary() : beside(request.state);
    }
    std::error_code error;
    COMMITBENCH_TRY(make_folder(request.directory));
    const bool is_empty = fs::is_empty(request.directory, error);
    if (error) {
        return bad_input(fmt::format("the folder {} cannot be read ({}): check its permissions",
                                     request.directory.native(), error.message()));
    }
    if (!is_empty) {
        const bool ours =
            request.is_data_folder != nullptr && request.is_data_folder(request.directory);
        if (!ours) {
            return bad_input(fmt::format(
                "the folder {} is not empty and holds no state of this program: name another one",
                request.directory.native()));
        }
        if (!request.overwrite) {
            return bad_input(fmt::format(
                "the folder {} holds a state already: --overwrite replaces it, or name another one",
                request.directory.native()));
        }
        if (is_in_use(request.directory)) {
            return bad_input(
                fmt::format("the folder {} is in use by another process: wait for it, or name "
                            "another one",
                            request.directory.native()));
        }
        COMMITBENCH_TRY(empty_folder(request.directory));
    }
    return DataFolder(request.directory, false);
}

DataFolder::~DataFolder() {
    if (temporary_) {
        std::error_code error;
        fs::remove_all(path_, error);  // what is left over is in the system's temporary folder
    }
}

}  // namespace commitbench
