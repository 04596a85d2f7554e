// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/cell_process.hpp"

#include "harness/cli/interrupt.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace commitbench::cli {
namespace {

Error system_error(std::string_view what) {
    return Error{ErrorCode::io, fmt::format("starting a cell's process: {}: {}", what,
                                            std::generic_category().message(errno))};
}

/// Only system calls: what the child of a fork may do before exec.
[[noreturn]] void become_cell(char* const* arguments, int report, pid_t parent) {
    // A group of its own, so that a Ctrl-C at the terminal reaches it once, through us.
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGINT);
    if (::getppid() != parent) {  // it died before prctl
        ::_exit(kInterruptedExit);
    }
    ::fcntl(report, F_SETFD, 0);  // survives exec
    ::execv("/proc/self/exe", arguments);
    ::_exit(127);
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

Result<CellOutcome> run_in_fresh_process(const std::vector<std::string>& words) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_error("pipe");
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
        return error;
    }
    if (child == 0) {
        become_cell(arguments.data(), ends[1], parent);
    }
    ::setpgid(child, child);  // here too: whoever comes first
    ::close(ends[1]);
    CellOutcome outcome;
    outcome.result_line = read_all(ends[0], child);
    ::close(ends[0]);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return system_error("waitpid");
        }
    }
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return outcome;
}

}  // namespace commitbench::cli
