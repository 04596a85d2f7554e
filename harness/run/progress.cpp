// SPDX-License-Identifier: Apache-2.0
#include "harness/run/progress.hpp"

#include "harness/measure/span.hpp"
#include "harness/run/number_text.hpp"

#include <fmt/format.h>
#include <string>
#include <unistd.h>

namespace commitbench {
namespace {

constexpr std::uint64_t kTerminalIntervalNs = 100'000'000;  // ten lines a second look alive
constexpr std::uint64_t kPlainIntervalNs = 5'000'000'000;   // a log of an hour has 720 lines
constexpr std::string_view kEraseToEndOfLine = "\x1b[K";

class TextProgress final : public ProgressSink {
  public:
    TextProgress(std::FILE* stream, bool terminal) : stream_(stream), terminal_(terminal) {}

    void begin(std::string_view part, std::string_view unit, std::uint64_t total) override {
        part_ = part;
        unit_ = unit;
        total_ = total;
        first_done_ = 0;
        has_first_ = false;
        start_ns_ = steady_now_ns();
        shown_ns_ = start_ns_;
    }

    void update(std::uint64_t done) override {
        if (!has_first_) {
            // A part that was taken up again has done some of its work before: no rate may count
            // it.
            has_first_ = true;
            first_done_ = done;
        }
        const std::uint64_t now = steady_now_ns();
        if (now - shown_ns_ < (terminal_ ? kTerminalIntervalNs : kPlainIntervalNs)) {
            return;
        }
        shown_ns_ = now;
        std::string text = fmt::format("{}: {}", part_, grouped(static_cast<std::int64_t>(done)));
        const double seconds = static_cast<double>(now - start_ns_) / 1e9;
        const double rate = static_cast<double>(done - first_done_) / seconds;
        if (total_ > 0) {
            text += fmt::format(" of {} {} ({} %)", grouped(static_cast<std::int64_t>(total_)),
                                unit_, done * 100 / total_);
        } else {
            text += fmt::format(" {}", unit_);
        }
        text += fmt::format(", {} {}/s", show_rate(rate), unit_);
        if (total_ > done && rate > 0) {
            text += fmt::format(", {:.0f} s left", static_cast<double>(total_ - done) / rate);
        }
        if (terminal_) {
            fmt::print(stream_, "\r{}{}", text, kEraseToEndOfLine);
        } else {
            fmt::print(stream_, "{}\n", text);
        }
        std::fflush(stream_);
    }

    void end(std::uint64_t done) override {
        const double seconds = static_cast<double>(steady_now_ns() - start_ns_) / 1e9;
        fmt::print(stream_, "{}{}: {} {} in {:.1f} s{}\n", terminal_ ? "\r" : "", part_,
                   grouped(static_cast<std::int64_t>(done)), unit_, seconds,
                   terminal_ ? kEraseToEndOfLine : "");
        std::fflush(stream_);
    }

  private:
    std::FILE* stream_;
    bool terminal_;
    std::string part_;
    std::string unit_;
    std::uint64_t total_ = 0;
    std::uint64_t first_done_ = 0;
    bool has_first_ = false;
    std::uint64_t start_ns_ = 0;
    std::uint64_t shown_ns_ = 0;
};

class SilentProgress final : public ProgressSink {
  public:
    void begin(std::string_view, std::string_view, std::uint64_t) override {}
    void update(std::uint64_t) override {}
    void end(std::uint64_t) override {}
};

}  // namespace

std::unique_ptr<ProgressSink> make_text_progress(std::FILE* stream) {
    return make_text_progress(stream, isatty(fileno(stream)) == 1);
}

std::unique_ptr<ProgressSink> make_text_progress(std::FILE* stream, bool terminal) {
    return std::make_unique<TextProgress>(stream, terminal);
}

ProgressSink& silent_progress() noexcept {
    static SilentProgress sink;
    return sink;
}

}  // namespace commitbench
