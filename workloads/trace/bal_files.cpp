// SPDX-License-Identifier: Apache-2.0
#include "workloads/trace/bal_files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <optional>

namespace commitbench::bal {
namespace {

namespace fs = std::filesystem;

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

/// The number that a file's name begins with, where it does and it fits 64 bits.
std::optional<std::uint64_t> leading_number(const fs::path& path) {
    const std::string name = path.filename().string();
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc{} ? std::optional(number) : std::nullopt;
}

}  // namespace

Result<Bytes> read_file(const fs::path& path) {
    std::error_code unused;
    if (fs::is_directory(path, unused)) {
        return bad_input(fmt::format("{}: is a folder where a file must be: name one of its files",
                                     path.string()));
    }
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
    if (file == nullptr) {
        return bad_input(
            fmt::format("{}: cannot be opened ({}): check the path and its permissions",
                        path.string(), std::strerror(errno)));
    }
    Bytes bytes;
    std::size_t got = 0;
    do {
        constexpr std::size_t kStep = std::size_t{1} << 18;
        bytes.resize(bytes.size() + kStep);
        got = std::fread(bytes.data() + bytes.size() - kStep, 1, kStep, file.get());
        bytes.resize(bytes.size() - kStep + got);
    } while (got != 0);
    if (std::ferror(file.get()) != 0) {
        return bad_input(fmt::format("{}: cannot be read ({}): check the file and its device",
                                     path.string(), std::strerror(errno)));
    }
    return bytes;
}

Status write_new_file(const fs::path& path, ByteView bytes) {
    // x: fails where the name is taken, whoever was faster.
    std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "wbx"));
    if (file == nullptr) {
        return bad_input(fmt::format(
            "{}: cannot be made ({}): choose a folder that can be written and has no such "
            "file",
            path.string(), std::strerror(errno)));
    }
    const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
    // Closing writes what is buffered: a full disk may show only here.
    if (const bool closed = std::fclose(file.release()) == 0; !written || !closed) {
        const std::string reason = std::strerror(errno);
        std::error_code unused;
        fs::remove(path, unused);
        return bad_input(
            fmt::format("{}: cannot be written ({}): make room or choose another folder",
                        path.string(), reason));
    }
    return {};
}

Result<std::vector<BlockFile>> find_blocks(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status)) {
        return bad_input(
            fmt::format("{}: there is no such file or folder: check the path", path.string()));
    }
    if (!fs::is_directory(status)) {
        return std::vector{BlockFile{path, leading_number(path).value_or(0)}};
    }
    std::vector<BlockFile> files;
    fs::directory_iterator entry(path, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        std::error_code gone;
        if (entry->path().extension() != ".rlp" || entry->is_directory(gone)) {
            continue;
        }
        const auto number = leading_number(entry->path());
        if (!number) {
            return bad_input(
                fmt::format("{}: the name does not begin with a block number, which orders the "
                            "files of a folder: rename or move it",
                            entry->path().string()));
        }
        files.push_back({entry->path(), *number});
    }
    if (error) {
        return bad_input(fmt::format("{}: the folder cannot be read ({}): check its permissions",
                                     path.string(), error.message()));
    }
    if (files.empty()) {
        return bad_input(
            fmt::format("{}: the folder holds no *.rlp file: name a folder of block access lists",
                        path.string()));
    }
    std::ranges::sort(files, {}, &BlockFile::number);
    const auto twin = std::ranges::adjacent_find(files, {}, &BlockFile::number);
    if (twin != files.end()) {
        return bad_input(
            fmt::format("{} and {} are of the same block: move one of them out of the folder",
                        twin->path.string(), std::next(twin)->path.string()));
    }
    return files;
}

}  // namespace commitbench::bal
