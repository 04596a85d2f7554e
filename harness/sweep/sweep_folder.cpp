// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/sweep_folder.hpp"

#include "harness/run/durable_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace commitbench::sweep {
namespace {

constexpr useconds_t kWaitStepMicroseconds = 20'000;

Error cannot_lock(const std::filesystem::path& file) {
    return bad_input(
        fmt::format("{} cannot be locked ({}): check the folder's permissions or name another one",
                    file.native(), std::generic_category().message(errno)));
}

}  // namespace

Result<SweepFolder> SweepFolder::claim(const std::filesystem::path& path, InterruptFlag interrupt) {
    COMMITBENCH_TRY(make_folder(path));
    SweepFolder folder(path);
    const std::filesystem::path sweep_lock = path / "sweep.lock";
    folder.sweep_lock_ = ::open(sweep_lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (folder.sweep_lock_ < 0) {
        return cannot_lock(sweep_lock);
    }
    if (::flock(folder.sweep_lock_, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK
                   ? bad_input(fmt::format("the folder {} is in use by another sweep: wait for it, "
                                           "or name another folder",
                                           path.native()))
                   : cannot_lock(sweep_lock);
    }
    const std::filesystem::path run_lock = path / "run.lock";
    // Without O_CLOEXEC: to be inherited.
    folder.run_lock_ = ::open(run_lock.c_str(), O_RDWR | O_CREAT, 0644);
    if (folder.run_lock_ < 0) {
        return cannot_lock(run_lock);
    }
    bool told = false;
    while (::flock(folder.run_lock_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return cannot_lock(run_lock);
        }
        if (is_set(interrupt)) {
            return Error{ErrorCode::interrupted,
                         fmt::format("interrupted: a run of an earlier sweep in {} has not ended",
                                     path.native())};
        }
        if (!told) {
            fmt::print(stderr, "waiting for a run that an earlier sweep in {} left behind\n",
                       path.native());
            told = true;
        }
        ::usleep(kWaitStepMicroseconds);
    }
    return folder;
}

SweepFolder::~SweepFolder() {
    for (const int lock : {sweep_lock_, run_lock_}) {
        if (lock >= 0) {
            ::close(lock);
        }
    }
}

}  // namespace commitbench::sweep
