// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/sweep_progress.hpp"

#include "harness/run/number_text.hpp"
#include "harness/sweep/estimate.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace commitbench::sweep {
namespace {

constexpr std::string_view kEraseToEndOfLine = "\x1b[K";
constexpr std::size_t kUsualWidth = 80;

std::size_t width_of(std::FILE* stream) {
    winsize size{};
    if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return kUsualWidth;
    }
    return size.ws_col;
}

}  // namespace

void SweepProgress::begin_run(std::uint64_t done,
                              std::uint64_t total,
                              double seconds_left,
                              const std::string& name,
                              const RunEntry& entry) {
    head_ = fmt::format("run {} of {} ({} %), {} left", done + 1, total,
                        total == 0 ? 100 : done * 100 / total, show_duration(seconds_left));
    name_ = fmt::format("{} #{}{}", name, entry.repetition,
                        entry.attempt > 1 ? fmt::format(", attempt {}", entry.attempt) : "");
    if (terminal_ && !quiet_) {
        rewrite(fmt::format("{}: {}{}", head_, name_, last_.empty() ? "" : "; last: " + last_));
    }
}

void SweepProgress::end_run(const RunEntry& entry, std::optional<double> transactions_per_second) {
    std::string result = fmt::format("{} in {:.1f} s",
                                     transactions_per_second
                                         ? show_rate(*transactions_per_second) + " transactions/s"
                                         : "no result",
                                     entry.seconds);
    if (entry.status != RunStatus::ok) {
        result = fmt::format("{} after {:.1f} s: {}", status_name(entry.status), entry.seconds,
                             entry.reason);
    }
    last_ = result;
    if (entry.status != RunStatus::ok) {
        tell(fmt::format("{}: {}", name_, result));
    } else if (!terminal_ && !quiet_) {
        tell(fmt::format("{}: {}: {}", head_, name_, result));
    }
}

void SweepProgress::tell(const std::string& line) {
    fmt::print(stream_, "{}{}\n", line_open_ ? fmt::format("\r{}", kEraseToEndOfLine) : "", line);
    line_open_ = false;
    std::fflush(stream_);
}

void SweepProgress::end() {
    if (line_open_) {
        fmt::print(stream_, "\r{}", kEraseToEndOfLine);
        line_open_ = false;
        std::fflush(stream_);
    }
}

void SweepProgress::rewrite(std::string line) {
    const std::size_t width = width_of(stream_);
    if (line.size() >= width) {
        line.resize(width - 1);
    }
    fmt::print(stream_, "\r{}{}", line, kEraseToEndOfLine);
    line_open_ = true;
    std::fflush(stream_);
}

}  // namespace commitbench::sweep
