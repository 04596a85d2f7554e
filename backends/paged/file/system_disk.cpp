// SPDX-License-Identifier: Apache-2.0
#include "backends/paged/file/system_disk.hpp"

#include "backends/paged/file/extent.hpp"
#include "backends/paged/file/thread_queue.hpp"
#include "backends/paged/file/uring_queue.hpp"
#include "backends/store/io_error.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace commitbench::paged {
namespace {

/// More do not make a disk faster, and each has a stack.
constexpr unsigned kMaxThreads = 32;

std::string reason_of(int number) {
    return std::error_code(number, std::generic_category()).message();
}

class SystemFile final : public DiskFile {
  public:
    /// Owns the descriptor. `threads` is null where the engine is io_uring.
    SystemFile(int descriptor, std::string name, unsigned queue_depth, IoThreads* threads)
        : descriptor_(descriptor),
          name_(std::move(name)),
          queue_depth_(queue_depth),
          threads_(threads) {}
    SystemFile(const SystemFile&) = delete;
    SystemFile& operator=(const SystemFile&) = delete;
    ~SystemFile() override { ::close(descriptor_); }

    [[nodiscard]] Result<std::unique_ptr<DiskQueue>> open_queue(QueueUse use) override {
        if (threads_ != nullptr) {
            return std::unique_ptr<DiskQueue>(
                std::make_unique<ThreadQueue>(descriptor_, *threads_));
        }
        auto queue = UringQueue::open(descriptor_, queue_depth_, use);
        if (!queue) {
            return queue.error();
        }
        return std::unique_ptr<DiskQueue>(std::move(*queue));
    }

    [[nodiscard]] int sync() override { return ::fdatasync(descriptor_) == 0 ? 0 : errno; }

    [[nodiscard]] std::int64_t size() const override {
        struct stat facts {};
        return ::fstat(descriptor_, &facts) == 0 ? facts.st_size : -errno;
    }

    [[nodiscard]] int allocate(std::uint64_t bytes) override {
        const std::int64_t now = size();
        if (now < 0) {
            return static_cast<int>(-now);
        }
        const auto end = static_cast<std::int64_t>(bytes);
        if (now >= end) {
            return 0;
        }
        if (::fallocate(descriptor_, 0, now, end - now) == 0) {
            return 0;
        }
        if (errno != EOPNOTSUPP) {
            return errno;
        }
        // No reserved space there: the size alone, and a full disk shows at a write.
        return ::ftruncate(descriptor_, end) == 0 ? 0 : errno;
    }

    [[nodiscard]] const std::string& name() const override { return name_; }

  private:
    int descriptor_;
    std::string name_;
    unsigned queue_depth_;
    IoThreads* threads_;
};

}  // namespace

Result<std::unique_ptr<Disk>> SystemDisk::open(const SystemDiskSettings& settings) {
    std::unique_ptr<SystemDisk> disk(new SystemDisk(settings));
    COMMITBENCH_TRY(disk->choose_engine());
    disk->choose_path();
    return std::unique_ptr<Disk>(std::move(disk));
}

Status SystemDisk::choose_engine() {
    if (settings_.engine == IoEngine::threads) {
        engine_reason_ = "asked for";
    } else {
        const int missing = UringQueue::probe();
        if (missing == 0) {
            engine_reason_ =
                settings_.engine == IoEngine::uring ? "asked for" : "the kernel offers it";
            settings_.engine = IoEngine::uring;
            return {};
        }
        const std::string why =
            fmt::format("the kernel gives this process no io_uring ({})", reason_of(missing));
        if (settings_.engine == IoEngine::uring) {
            return Error{ErrorCode::unsupported,
                         "paged: " + why + ": choose io=auto or io=threads"};
        }
        engine_reason_ = why;
        settings_.engine = IoEngine::threads;
    }
    threads_ = std::make_unique<IoThreads>(std::clamp(settings_.queue_depth, 1U, kMaxThreads));
    return {};
}

void SystemDisk::choose_path() {
    if (!settings_.direct) {
        direct_reason_ = "asked for";
        return;
    }
    // A file without a name asks the file system and leaves nothing behind.
    const int probe = ::open(settings_.directory.c_str(), O_TMPFILE | O_RDWR | O_DIRECT, 0600);
    if (probe < 0) {
        direct_reason_ = fmt::format("the file system refuses direct I/O ({})", reason_of(errno));
        return;
    }
    struct statx facts {};
    const int told = ::statx(probe, "", AT_EMPTY_PATH, STATX_DIOALIGN, &facts);
    ::close(probe);
    if (told != 0 || (facts.stx_mask & STATX_DIOALIGN) == 0 || facts.stx_dio_offset_align == 0) {
        direct_reason_ = "the file system does not tell which alignment direct I/O needs";
        return;
    }
    if (facts.stx_dio_offset_align > kSectorBytes || facts.stx_dio_mem_align > kMemoryAlignment) {
        direct_reason_ =
            fmt::format("direct I/O needs offsets aligned to {} bytes", facts.stx_dio_offset_align);
        return;
    }
    direct_ = true;
    direct_reason_ = fmt::format("the file system takes it at {} bytes",
                                 std::uint32_t{facts.stx_dio_offset_align});
}

Result<std::unique_ptr<DiskFile>> SystemDisk::open(std::string_view name) {
    const std::filesystem::path path = settings_.directory / name;
    const int flags = O_RDWR | O_CLOEXEC | (direct_ ? O_DIRECT : 0);
    const auto failed = [&](int number) {
        return io_error(fmt::format("paged: opening file '{}'", name), settings_.directory, number);
    };
    int descriptor = ::open(path.c_str(), flags);
    if (descriptor < 0 && errno == ENOENT) {
        descriptor = ::open(path.c_str(), flags | O_CREAT | O_EXCL, 0644);
        // A file is durable by its own sync, its name by the folder's.
        const int folder = ::open(settings_.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const int synced = folder < 0 ? -1 : ::fsync(folder);
        const int number = errno;
        if (folder >= 0) {
            ::close(folder);
        }
        if (descriptor >= 0 && synced != 0) {
            ::close(descriptor);
            return failed(number);
        }
    }
    if (descriptor < 0) {
        return failed(errno);
    }
    if (!direct_) {
        // Records are read one here, one there: what the kernel would read ahead is never asked
        // for.
        (void)::posix_fadvise(descriptor, 0, 0, POSIX_FADV_RANDOM);
    }
    // What the kernel still carries out for a process that was killed holds the file open, and so
    // this lock: none of it can come after what is read and written from here on.
    while (::flock(descriptor, LOCK_EX) != 0) {
        if (errno != EINTR) {
            const int number = errno;
            ::close(descriptor);
            return failed(number);
        }
    }
    return std::unique_ptr<DiskFile>(std::make_unique<SystemFile>(
        descriptor, std::string(name), settings_.queue_depth, threads_.get()));
}

void SystemDisk::facts(FactVisitor& visitor) const {
    visitor.fact("file_io", settings_.engine == IoEngine::uring ? "io_uring" : "threads",
                 engine_reason_);
    visitor.fact("file_direct", direct_ ? "on" : "off", direct_reason_);
    visitor.fact("file_queue_depth", std::to_string(settings_.queue_depth),
                 "transfers at a time of one reader");
}

}  // namespace commitbench::paged
