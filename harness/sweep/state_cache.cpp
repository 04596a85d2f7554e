// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/state_cache.hpp"

#include "harness/run/durable_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <vector>

namespace commitbench::sweep {
namespace {

namespace fs = std::filesystem;

/// An flock that ends with this object; -1 where it could not be had.
class Lock {
  public:
    Lock(const fs::path& file, int flags, int operation)
        : file_(::open(file.c_str(), flags | O_CLOEXEC, 0644)) {
        while (file_ >= 0 && ::flock(file_, operation) != 0) {
            if (errno != EINTR) {
                ::close(file_);
                file_ = -1;
            }
        }
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() {
        if (file_ >= 0) {
            ::close(file_);
        }
    }
    [[nodiscard]] bool held() const { return file_ >= 0; }

  private:
    int file_;
};

struct Found {
    fs::path folder;
    std::uint64_t bytes = 0;
    fs::file_time_type used;
};

}  // namespace

Result<fs::path> StateCache::ensure(const StateIdentity& identity,
                                    const std::function<Status(const fs::path&)>& make) {
    if (const Status made = make_folder(folder_); !made) {
        return Error{ErrorCode::io, made.error().message};  // every cell would meet it
    }
    fs::path folder = folder_ / identity.name();
    const Lock lock(folder.native() + ".lock", O_RDWR | O_CREAT, LOCK_EX);
    if (!lock.held()) {
        return Error{ErrorCode::io, "the folder of states " + folder_.native() +
                                        " cannot be written: check its permissions and space"};
    }
    const auto saved = read_saved_state(folder);
    if (!saved) {
        return saved.error();
    }
    if (*saved && (*saved)->identity == identity) {
        return folder;
    }
    COMMITBENCH_TRY(make(folder));
    make_room(identity.name());
    return folder;
}

std::optional<std::uint64_t> StateCache::bytes_of(const StateIdentity& identity) const {
    const auto saved = read_saved_state(folder_ / identity.name());
    if (!saved || !*saved) {
        return std::nullopt;
    }
    return (*saved)->bytes;
}

void StateCache::make_room(const std::string& but) const {
    std::vector<Found> states;
    std::uint64_t bytes = 0;
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder_, error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const auto saved = read_saved_state(entry->path());
        if (saved && *saved) {
            std::error_code ignored;
            bytes += (*saved)->bytes;
            states.push_back({entry->path(), (*saved)->bytes,
                              fs::last_write_time(entry->path() / kStateFile, ignored)});
        }
    }
    std::ranges::sort(states, {}, &Found::used);
    for (const Found& state : states) {
        if (bytes <= limit_bytes_) {
            return;
        }
        if (state.folder.filename() == but) {
            continue;
        }
        // Whoever restores it holds it.
        const Lock lock(state.folder / kStateFile, O_RDONLY, LOCK_EX | LOCK_NB);
        if (lock.held()) {
            std::error_code removed;
            fs::remove(state.folder / kStateFile, removed);
            fs::remove_all(state.folder, removed);
            bytes -= state.bytes;
        }
    }
}

}  // namespace commitbench::sweep
