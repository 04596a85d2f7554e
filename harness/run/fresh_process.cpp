// SPDX-License-Identifier: Apache-2.0
#include "harness/run/fresh_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace commitbench {
namespace {

/// The last line that says something.
std::string last_words(std::string_view errors) {
    while (!errors.empty() && (errors.back() == '\n' || errors.back() == ' ')) {
        errors.remove_suffix(1);
    }
    return std::string(errors.substr(errors.rfind('\n') + 1));
}

Error system_error(std::string_view what) {
    return Error{ErrorCode::io, fmt::format("starting a process: {}: {}", what,
                                            std::generic_category().message(errno))};
}

/// Only system calls: what the child of a fork may do before exec.
[[noreturn]] void become_program(char* const* arguments,
                                 int report,
                                 int kept,
                                 KeptOutput which,
                                 int death_signal,
                                 pid_t parent) {
    // A group of its own, so that a Ctrl-C at the terminal reaches it once, through us.
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, death_signal);
    if (::getppid() != parent) {  // it died before prctl
        ::_exit(kSignalExit + SIGINT);
    }
    ::fcntl(report, F_SETFD, 0);  // survives exec
    if (kept >= 0) {
        ::dup2(kept, STDERR_FILENO);
        if (which == KeptOutput::everything) {
            ::dup2(kept, STDOUT_FILENO);
        }
    }
    ::execv("/proc/self/exe", arguments);
    ::_exit(127);
}

/// Without the handlers of pthread_atfork: a plug-in that was opened here may have left some, and
/// they wait for its threads.
pid_t fork_for_exec() {
#ifdef __SANITIZE_THREAD__
    return ::fork();  // ThreadSanitizer must see it: the child calls what it has wrapped
#else
    return ::_Fork();
#endif
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

}  // namespace

Result<FreshProcess> FreshProcess::start(const std::vector<std::string>& words,
                                         KeptOutput kept,
                                         int death_signal) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_error("pipe");
    }
    // A file, not a second pipe: nobody has to read it while the process runs.
    const int output = kept == KeptOutput::nothing ? -1 : ::memfd_create("output", MFD_CLOEXEC);
    if (kept != KeptOutput::nothing && output < 0) {
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
    const pid_t child = fork_for_exec();
    if (child < 0) {
        const Error error = system_error("fork");
        ::close(ends[0]);
        ::close(ends[1]);
        close_if_open(output);
        return error;
    }
    if (child == 0) {
        become_program(arguments.data(), ends[1], output, kept, death_signal, parent);
    }
    ::setpgid(child, child);  // here too: whoever comes first
    ::close(ends[1]);
    return FreshProcess(child, ends[0], output);
}

FreshProcess::~FreshProcess() {
    if (process_ > 0) {
        send(SIGKILL);
        while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    close_if_open(report_);
    close_if_open(kept_);
}

void FreshProcess::send(int signal) const noexcept {
    if (process_ > 0) {
        ::kill(-process_, signal);
    }
}

Result<ProcessEnd> FreshProcess::wait() {
    const pid_t process = std::exchange(process_, -1);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0) {
        if (errno != EINTR) {
            return system_error("waitpid");
        }
    }
    return ProcessEnd{
        .process = process,
        .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalExit + WTERMSIG(status),
        .errors = kept_ >= 0 ? text_of(kept_) : std::string()};
}

std::string how_it_ended(int exit_code, std::string_view errors) {
    const std::string words = last_words(errors);
    const std::string ended =
        exit_code > kSignalExit
            ? fmt::format("the process was ended by signal {} ({}){}", exit_code - kSignalExit,
                          ::strsignal(exit_code - kSignalExit),
                          exit_code == kSignalExit + SIGKILL
                              ? ": perhaps the system had no memory left"
                              : "")
            : fmt::format("the process ended with exit code {}", exit_code);
    return words.empty() ? ended : fmt::format("{}: {}", ended, words);
}

}  // namespace commitbench
