// SPDX-License-Identifier: Apache-2.0
#include "harness/run/durable_file.hpp"

#include "harness/core/descriptor.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace commitbench {
namespace {

namespace fs = std::filesystem;

/// To be called right after the failure: errno.
Error cannot(std::string_view what, const fs::path& path) {
    const int reason = errno;
    const bool full = reason == ENOSPC || reason == EDQUOT;
    Error error = bad_input(fmt::format("{} cannot be {} ({}): {}", path.native(), what,
                                        std::error_code(reason, std::generic_category()).message(),
                                        full ? "free some space or choose another folder"
                                             : "check its permissions or choose another folder"));
    error.code = full ? ErrorCode::io : ErrorCode::bad_input;
    return error;
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

Status make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder, error)) {
        return bad_input(fmt::format("the folder {} cannot be made ({}): choose another one",
                                     folder.native(),
                                     error ? error.message() : "it is something else already"));
    }
    return {};
}

Status replace_file(const fs::path& file, std::string_view text) {
    COMMITBENCH_TRY(make_folder(file.parent_path()));
    const fs::path fresh = file.native() + fmt::format(".new-{}", getpid());
    {
        const Descriptor out(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        if (out.get() < 0 || !write_all(out.get(), text) || fsync(out.get()) != 0) {
            const Error error = cannot("written", fresh);
            unlink(fresh.c_str());
            return error;
        }
    }
    if (rename(fresh.c_str(), file.c_str()) != 0) {
        const Error error = cannot("replaced", file);
        unlink(fresh.c_str());
        return error;
    }
    const Descriptor folder(open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || fsync(folder.get()) != 0) {
        return cannot("synced", file.parent_path());
    }
    return {};
}

Status append_durably(const fs::path& file, std::string_view text) {
    const Descriptor out(open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    // The lock goes with the descriptor. It keeps the repair below from cutting off another's line.
    if (out.get() < 0 || flock(out.get(), LOCK_EX) != 0) {
        return cannot("opened for writing", file);
    }
    if (text.empty()) {
        return {};
    }
    const off_t end = lseek(out.get(), 0, SEEK_END);
    char last = '\n';
    if (end > 0 && pread(out.get(), &last, 1, end - 1) != 1) {
        return cannot("read", file);
    }
    // A power cut may have left half a line: it must not spoil the next one too.
    const std::string line = (last == '\n' ? "" : "\n") + std::string(text);
    if (!write_all(out.get(), line) || fsync(out.get()) != 0) {
        const Error error = cannot("written", file);
        if (ftruncate(out.get(), end) != 0) {
            return Error{error.code, error.message + "; its last line is cut off"};
        }
        return error;
    }
    return {};
}

Status truncate_durably(const fs::path& file, std::uint64_t bytes) {
    const Descriptor out(open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (out.get() < 0 || ftruncate(out.get(), static_cast<off_t>(bytes)) != 0 ||
        fsync(out.get()) != 0) {
        return cannot("cut", file);
    }
    return {};
}

Result<std::optional<std::string>> read_file(const fs::path& file) {
    const Descriptor in(open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (in.get() < 0) {
        if (errno == ENOENT) {
            return std::optional<std::string>();
        }
        return cannot("opened", file);
    }
    std::string text;
    std::array<char, 1U << 16> piece{};
    while (true) {
        const ssize_t got = read(in.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return cannot("read", file);
        }
        if (got == 0) {
            return std::optional<std::string>(std::move(text));
        }
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace commitbench
