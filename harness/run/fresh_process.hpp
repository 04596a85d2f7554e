// SPDX-License-Identifier: Apache-2.0
// FreshProcess: this program, started again with other words, and a pipe on which it reports.
#pragma once

#include "harness/core/result.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace commitbench {

/// Exit codes above it say which signal ended a process.
inline constexpr int kSignalExit = 128;

enum class KeptOutput : unsigned char {
    nothing,     ///< its output goes where ours goes
    errors,      ///< its standard error comes back in ProcessEnd::errors
    everything,  ///< its standard output too
};

struct ProcessEnd {
    pid_t process = -1;  ///< what it was
    int exit_code = 0;   ///< kSignalExit + the signal where one ended it
    std::string errors;  ///< the end of what was kept of its output
};

/// Leads a process group of its own. Killed and waited for by the destructor where wait() was not
/// called. One thread.
class FreshProcess {
  public:
    /// Runs `commitbench WORDS... --report-to FD`. It gets `death_signal` where we end first. io
    /// where no process could be started.
    [[nodiscard]] static Result<FreshProcess> start(const std::vector<std::string>& words,
                                                    KeptOutput kept,
                                                    int death_signal);
    FreshProcess(FreshProcess&& other) noexcept
        : process_(std::exchange(other.process_, -1)),
          report_(std::exchange(other.report_, -1)),
          kept_(std::exchange(other.kept_, -1)) {}
    FreshProcess& operator=(FreshProcess&&) = delete;
    ~FreshProcess();

    /// What it writes to its FD is read here; ends where the process does.
    [[nodiscard]] int report() const noexcept { return report_; }
    /// To the whole group.
    void send(int signal) const noexcept;
    /// Waits for its end. Once. io where the system has lost it.
    [[nodiscard]] Result<ProcessEnd> wait();

  private:
    FreshProcess(pid_t process, int report, int kept)
        : process_(process), report_(report), kept_(kept) {}

    pid_t process_;
    int report_;
    int kept_;  // a file in memory; -1: nothing is kept
};

/// Why a process came to no result and did not say so itself: exit code or signal, and the last
/// line of what it said.
[[nodiscard]] std::string how_it_ended(int exit_code, std::string_view errors);

}  // namespace commitbench
