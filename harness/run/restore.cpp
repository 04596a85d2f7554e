// SPDX-License-Identifier: Apache-2.0
#include "harness/run/restore.hpp"

#include "harness/core/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

/// What is read at a time.
constexpr std::size_t kPiece = std::size_t{1} << 20;

/// To be called right after the failure: errno.
Error restore_error(std::string_view what, const fs::path& path) {
    const int reason = errno;
    const bool full = reason == ENOSPC || reason == EDQUOT;
    return Error{ErrorCode::io,
                 fmt::format("restoring a saved state: {} cannot be {} ({}): {}", path.native(),
                             what, std::generic_category().message(reason),
                             full ? "free some space, or keep states on another disk"
                                  : "check the folder and its permissions")};
}

/// Whether this errno of FICLONE, copy_file_range or link says that the way is closed here, not
/// that something is wrong.
bool is_not_offered(int number) {
    return number == EOPNOTSUPP || number == EXDEV || number == EINVAL || number == ENOTTY ||
           number == ENOSYS || number == EPERM || number == EMLINK || number == EBADF;
}

/// [from, to) through a buffer.
bool copy_bytes(int in, int out, off_t from, off_t to) {
    std::vector<char> buffer(kPiece);
    while (from < to) {
        const auto wanted = std::min(kPiece, static_cast<std::size_t>(to - from));
        const ssize_t got = ::pread(in, buffer.data(), wanted, from);
        if (got <= 0) {
            if (got == 0) {
                errno = EIO;  // shorter than it was a moment ago
            } else if (errno == EINTR) {
                continue;
            }
            return false;
        }
        ssize_t written = 0;
        while (written < got) {
            const ssize_t now = ::pwrite(out, buffer.data() + written,
                                         static_cast<std::size_t>(got - written), from + written);
            if (now < 0 && errno == EINTR) {
                continue;
            }
            if (now < 0) {
                return false;
            }
            written += now;
        }
        from += got;
    }
    return true;
}

bool copy_range(int in, int out, off_t from, off_t to) {
    while (from < to) {
        off_t source = from;
        off_t target = from;
        const ssize_t moved =
            ::copy_file_range(in, &source, out, &target, static_cast<std::size_t>(to - from), 0);
        if (moved < 0 && errno == EINTR) {
            continue;
        }
        if (moved < 0 && !is_not_offered(errno)) {
            return false;
        }
        if (moved <= 0) {
            return copy_bytes(in, out, from, to);
        }
        from += moved;
    }
    return true;
}

/// Data only, at the places where it is.
bool copy_data(int in, int out, off_t size) {
    if (::ftruncate(out, size) != 0) {
        return false;
    }
    off_t at = 0;
    while (at < size) {
        const off_t data = ::lseek(in, at, SEEK_DATA);
        if (data < 0) {
            return errno == ENXIO ||  // nothing but a hole to the end
                   (errno == EINVAL && copy_range(in, out, at, size));
        }
        const off_t hole = ::lseek(in, data, SEEK_HOLE);
        if (hole < 0 || !copy_range(in, out, data, hole)) {
            return false;
        }
        at = hole;
    }
    return true;
}

/// Of what shares its blocks. It is only for the page cache, so what cannot be read here is left to
/// whoever needs it.
void read_through(int file, std::uint64_t size, RestoredFiles& restored) {
    static const std::uint64_t most = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) / 2 *
                                      static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::vector<char> buffer(kPiece);
    for (std::uint64_t at = 0; at < size && restored.read_bytes < most;) {
        const ssize_t got = ::pread(file, buffer.data(), buffer.size(), static_cast<off_t>(at));
        if (got <= 0) {
            return;
        }
        at += static_cast<std::uint64_t>(got);
        restored.read_bytes += static_cast<std::uint64_t>(got);
    }
}

Status restore_file(const fs::path& from,
                    const fs::path& to,
                    bool immutable,
                    RestoredFiles& restored) {
    const Descriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat facts {};
    if (in.get() < 0 || ::fstat(in.get(), &facts) != 0) {
        return restore_error("read", from);
    }
    const Descriptor out(
        ::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, facts.st_mode & 0777));
    if (out.get() < 0) {
        return restore_error("made", to);
    }
    if (::ioctl(out.get(), FICLONE, in.get()) == 0) {
        ++restored.cloned;
        read_through(out.get(), static_cast<std::uint64_t>(facts.st_size), restored);
    } else if (!is_not_offered(errno)) {
        return restore_error("cloned", to);
    } else if (immutable && ::unlink(to.c_str()) == 0 && ::link(from.c_str(), to.c_str()) == 0) {
        ++restored.linked;
        read_through(in.get(), static_cast<std::uint64_t>(facts.st_size), restored);
        restored.shared.push_back({from, static_cast<std::uint64_t>(facts.st_size),
                                   facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec});
        return {};
    } else if (immutable) {
        if (!is_not_offered(errno)) {
            return restore_error("linked", to);
        }
        return restore_file(from, to, false, restored);
    } else {
        if (!copy_data(in.get(), out.get(), facts.st_size)) {
            return restore_error("written", to);
        }
        ++restored.copied;
    }
    return ::fsync(out.get()) == 0 ? Status() : restore_error("synced", to);
}

}  // namespace

std::string RestoredFiles::how() const {
    std::vector<std::string_view> ways;
    if (cloned > 0) {
        ways.push_back("reflink");
    }
    if (linked > 0) {
        ways.push_back("hard links");
    }
    if (copied > 0) {
        ways.push_back(ways.empty() ? "copy" : "copies");
    }
    return fmt::format("{}", fmt::join(ways, " and "));
}

Result<RestoredFiles> restore_files(const fs::path& from,
                                    const fs::path& to,
                                    bool (*is_immutable)(const fs::path&)) {
    RestoredFiles restored;
    std::error_code error;
    fs::create_directories(to, error);
    for (auto entry = fs::recursive_directory_iterator(from, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        const fs::path target = to / fs::relative(entry->path(), from, error);
        if (error) {
            break;
        }
        if (entry->is_directory(error)) {
            fs::create_directory(target, error);
        } else if (!error) {
            COMMITBENCH_TRY(restore_file(entry->path(), target,
                                         is_immutable != nullptr && is_immutable(entry->path()),
                                         restored));
        }
        if (error) {
            break;
        }
    }
    if (error) {
        errno = error.value();
        return restore_error("copied", from);
    }
    return restored;
}

std::string first_changed(const std::vector<SharedFile>& files) {
    for (const SharedFile& file : files) {
        struct stat facts {};
        if (::stat(file.original.c_str(), &facts) != 0 ||
            static_cast<std::uint64_t>(facts.st_size) != file.size ||
            facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec != file.modified_ns) {
            return file.original.native();
        }
    }
    return {};
}

}  // namespace commitbench
