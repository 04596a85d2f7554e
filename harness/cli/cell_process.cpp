// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/cell_process.hpp"

#include "harness/cli/interrupt.hpp"
#include "harness/run/error_name.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace commitbench::cli {
namespace {

/// The last line that says something.
std::string last_words(std::string_view errors) {
    while (!errors.empty() && (errors.back() == '\n' || errors.back() == ' ')) {
        errors.remove_suffix(1);
    }
    return std::string(errors.substr(errors.rfind('\n') + 1));
}

Error system_error(std::string_view what) {
    return Error{ErrorCode::io, fmt::format("starting a cell's process: {}: {}", what,
                                            std::generic_category().message(errno))};
}

/// Only system calls: what the child of a fork may do before exec.
[[noreturn]] void become_cell(char* const* arguments, int report, int errors, pid_t parent) {
    // A group of its own, so that a Ctrl-C at the terminal reaches it once, through us.
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGINT);
    if (::getppid() != parent) {  // it died before prctl
        ::_exit(kInterruptedExit);
    }
    ::fcntl(report, F_SETFD, 0);  // survives exec
    if (errors >= 0) {
        ::dup2(errors, STDERR_FILENO);
    }
    ::execv("/proc/self/exe", arguments);
    ::_exit(127);
}

void close_if_open(int descriptor) {
    if (descriptor >= 0) {
        ::close(descriptor);
    }
}

/// The end of a file in memory: as much as a message may take.
std::string text_of(int file) {
    constexpr off_t kMost = 64 << 10;
    const off_t size = ::lseek(file, 0, SEEK_END);
    const off_t from = std::max<off_t>(0, size - kMost);
    std::string text(static_cast<std::size_t>(size - from), '\0');
    const ssize_t got = ::pread(file, text.data(), text.size(), from);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
}

std::string read_all(int descriptor, pid_t group) {
    std::string text;
    std::array<char, 1U << 16> piece{};
    bool passed_on = false;
    while (true) {
        if (!passed_on && !wait_readable(descriptor)) {
            ::kill(-group, SIGINT);
            passed_on = true;
        }
        const ssize_t got = ::read(descriptor, piece.data(), piece.size());
        if (got > 0) {
            text.append(piece.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || errno != EINTR) {
            return text;  // the other end is closed
        }
    }
}

}  // namespace

Result<CellOutcome> run_in_fresh_process(const std::vector<std::string>& words,
                                         ErrorStream errors) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_error("pipe");
    }
    // A file, not a second pipe: nobody has to read it while the cell runs.
    const int kept = errors == ErrorStream::kept ? ::memfd_create("stderr", MFD_CLOEXEC) : -1;
    if (errors == ErrorStream::kept && kept < 0) {
        const Error error = system_error("memfd_create");
        ::close(ends[0]);
        ::close(ends[1]);
        return error;
    }
    std::vector<std::string> text{"commitbench"};
    text.insert(text.end(), words.begin(), words.end());
    text.insert(text.end(), {"--report-to", std::to_string(ends[1])});
    std::vector<char*> arguments;
    arguments.reserve(text.size() + 1);
    for (std::string& word : text) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);

    std::fflush(nullptr);  // else the child would hold a copy of unwritten output
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) {
        const Error error = system_error("fork");
        ::close(ends[0]);
        ::close(ends[1]);
        close_if_open(kept);
        return error;
    }
    if (child == 0) {
        become_cell(arguments.data(), ends[1], kept, parent);
    }
    ::setpgid(child, child);  // here too: whoever comes first
    ::close(ends[1]);
    CellOutcome outcome;
    outcome.result_line = read_all(ends[0], child);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            const Error error = system_error("waitpid");
            close_if_open(kept);
            return error;
        }
    }
    if (kept >= 0) {
        outcome.errors = text_of(kept);
        ::close(kept);
    }
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
}

std::string how_it_ended(const CellOutcome& outcome) {
    const std::string words = last_words(outcome.errors);
    const std::string ended =
        outcome.exit_code > kSignalExit
            ? fmt::format("the process was ended by signal {} ({}){}",
                          outcome.exit_code - kSignalExit,
                          ::strsignal(outcome.exit_code - kSignalExit),
                          outcome.exit_code == kSignalExit + SIGKILL
                              ? ": perhaps the system had no memory left"
                              : "")
            : fmt::format("the process ended with exit code {}", outcome.exit_code);
    return words.empty() ? ended : fmt::format("{}: {}", ended, words);
}

void report_line(int descriptor, std::string_view line) {
    while (!line.empty()) {
        const ssize_t written = ::write(descriptor, line.data(), line.size());
        if (written < 0) {
            return;
        }
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

void report_error(int descriptor, const Error& error) {
    report_line(
        descriptor,
        nlohmann::json{{"error", error_code_name(error.code)}, {"message", error.message}}.dump(
            -1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::optional<std::pair<std::string, std::string>> reported_error(std::string_view text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || json.size() != 2 || !json.contains("error") ||
        !json.contains("message")) {
        return std::nullopt;
    }
    return std::pair(json["error"].get<std::string>(), json["message"].get<std::string>());
}

}  // namespace commitbench::cli
