// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/root_script.hpp"

#include "codec/hex.hpp"
#include "harness/cli/interrupt.hpp"
#include "harness/core/options.hpp"
#include "harness/run/wait_readable.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace commitbench::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 16;

std::string system_reason(int error) {
    return std::generic_category().message(error);
}

/// Cuts the first word off `line`; "" where none is left.
std::string_view take_word(std::string_view& line) {
    constexpr std::string_view kSpace = " \t\r";
    const std::size_t start = line.find_first_not_of(kSpace);
    if (start == std::string_view::npos) {
        line = {};
        return {};
    }
    const std::size_t end = std::min(line.find_first_of(kSpace, start), line.size());
    const std::string_view word = line.substr(start, end - start);
    line.remove_prefix(end);
    return word;
}

/// Enough of a long word to find it again.
std::string shorten(std::string_view word) {
    constexpr std::size_t kShown = 40;
    return word.size() <= kShown
               ? std::string(word)
               : fmt::format("{}... ({} characters)", word.substr(0, kShown), word.size());
}

}  // namespace

Result<RootScript> RootScript::open(const std::string& path) {
    if (path == "-") {
        return RootScript("standard input", ::dup(STDIN_FILENO));
    }
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return bad_input(
            fmt::format("script {}: cannot be read: {}; name a file, or - for standard input", path,
                        system_reason(errno)));
    }
    RootScript script(path, file);
    struct stat status {};
    if (::fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
        return bad_input(
            fmt::format("script {}: is a folder; name a file, or - for standard input", path));
    }
    return script;
}

RootScript::RootScript(RootScript&& other) noexcept
    : name_(std::move(other.name_)),
      file_(std::exchange(other.file_, -1)),
      at_end_(other.at_end_),
      buffer_(std::move(other.buffer_)),
      used_(other.used_),
      line_(other.line_),
      key_length_(other.key_length_) {}

RootScript::~RootScript() {
    if (file_ >= 0) {
        ::close(file_);
    }
}

std::string RootScript::where() const {
    return fmt::format("{}:{}", name_, line_);
}

Result<bool> RootScript::next_line(std::string_view& line) {
    std::size_t searched = used_;
    while (true) {
        const std::size_t newline = buffer_.find('\n', searched);
        if (newline != std::string::npos || (at_end_ && used_ < buffer_.size())) {
            const std::size_t end = std::min(newline, buffer_.size());
            line = std::string_view(buffer_).substr(used_, end - used_);
            used_ = std::min(end + 1, buffer_.size());
            ++line_;
            return true;
        }
        if (at_end_) {
            return false;
        }
        buffer_.erase(0, used_);
        used_ = 0;
        searched = buffer_.size();
        if (wait_readable(file_, &interrupt_flag()) == Waited::interrupted) {
            return Error{ErrorCode::interrupted,
                         fmt::format("{}: interrupted while reading", where())};
        }
        buffer_.resize(searched + kReadBytes);
        const ssize_t got = ::read(file_, buffer_.data() + searched, kReadBytes);
        buffer_.resize(searched + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0) {
            return Error{ErrorCode::io, fmt::format("{}: cannot be read further: {}", where(),
                                                    system_reason(errno))};
        }
        at_end_ = got == 0;
    }
}

Result<Bytes> RootScript::hex_word(std::string_view what, std::string_view word) const {
    if (word.empty()) {
        return bad_input(
            fmt::format("{}: the {} is missing; lines are: put KEYHEX VALUEHEX (0x is an empty "
                        "value), delete KEYHEX, commit",
                        where(), what));
    }
    auto bytes = from_hex(word);
    if (!bytes) {
        return bad_input(
            fmt::format("{}: the {} '{}' is not hexadecimal; write an even number of digits 0-9 "
                        "a-f, with or without 0x",
                        where(), what, shorten(word)));
    }
    return std::move(*bytes);
}

Result<RootScript::Step> RootScript::next(KeyChange& change) {
    std::string_view line;
    while (true) {
        auto more = next_line(line);
        if (!more) {
            return more.error();
        }
        if (!*more) {
            return Step::end;
        }
        line = line.substr(0, line.find('#'));
        const std::string_view command = take_word(line);
        if (command.empty()) {
            continue;
        }
        const bool put = command == "put";
        if (!put && command != "delete" && command != "commit") {
            constexpr std::array<std::string_view, 3> kCommands{"put", "delete", "commit"};
            const std::string_view close = nearest(command, kCommands);
            return bad_input(
                fmt::format("{}: no command is called '{}': {}", where(), shorten(command),
                            close.empty() ? "a line is put KEYHEX VALUEHEX, delete KEYHEX or commit"
                                          : fmt::format("did you mean '{}'?", close)));
        }
        if (command != "commit") {
            auto key = hex_word("key", take_word(line));
            if (!key) {
                return key.error();
            }
            if (key_length_ && key->size() != *key_length_) {
                return bad_input(
                    fmt::format("{}: the key has {} bytes; this backend takes keys of {} bytes",
                                where(), key->size(), *key_length_));
            }
            change.key = std::move(*key);
            change.value.clear();
            change.deleted = !put;
            if (put) {
                auto value = hex_word("value", take_word(line));
                if (!value) {
                    return value.error();
                }
                change.value = std::move(*value);
            }
        }
        if (const std::string_view extra = take_word(line); !extra.empty()) {
            return bad_input(
                fmt::format("{}: '{}' stands after the end of '{}'; one command a line", where(),
                            shorten(extra), command));
        }
        return command == "commit" ? Step::commit : Step::change;
    }
}

}  // namespace commitbench::cli
