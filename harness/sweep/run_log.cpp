// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/run_log.hpp"

#include "harness/run/durable_file.hpp"
#include "harness/run/result_line.hpp"

#include <fmt/format.h>

namespace commitbench::sweep {
namespace {

namespace fs = std::filesystem;

/// A piece of the file, [begin, end) in bytes, without its newline.
struct Line {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool whole = true;  ///< has its newline
};

std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> lines;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t newline = text.find('\n', at);
        const bool whole = newline != std::string_view::npos;
        const std::size_t end = whole ? newline : text.size();
        lines.push_back({at, end, whole});
        at = end + 1;
    }
    return lines;
}

}  // namespace

Result<RunLog> RunLog::open(const fs::path& folder,
                            std::string_view plan_hash,
                            bool set_aside_corrupt) {
    RunLog log(folder / kResultFile);
    const auto text = read_file(log.file_);
    if (!text) {
        return text.error();
    }
    std::vector<std::pair<std::size_t, std::size_t>> damaged;
    const std::string content = text->value_or(std::string());
    std::string_view whole = content;
    std::size_t number = 0;
    for (const Line& line : lines_of(whole)) {
        ++number;
        if (!line.whole) {
            COMMITBENCH_TRY(log.move_torn_line(whole));
            whole = whole.substr(0, line.begin);
            break;
        }
        auto entry = parse_sweep_line(whole.substr(line.begin, line.end - line.begin));
        if (!entry) {
            if (!set_aside_corrupt) {
                return Error{
                    ErrorCode::corrupt,
                    fmt::format("{}:{}: this line is damaged or not of a sweep; nothing was "
                                "changed: mend it, or sweep with --set-aside-corrupt, which moves "
                                "such lines to another file and does their runs again",
                                log.file_.native(), number)};
            }
            damaged.emplace_back(line.begin, line.end + 1);
            continue;
        }
        if (!plan_hash.empty() && entry->plan_hash != plan_hash) {
            return bad_input(
                fmt::format("{}:{}: this line is of another sweep ({}): name another folder",
                            log.file_.native(), number, entry->plan_hash));
        }
        log.entries_.push_back(std::move(*entry));
    }
    if (!damaged.empty()) {
        COMMITBENCH_TRY(log.move_corrupt_lines(whole, damaged));
    }
    return log;
}

Result<RunLog> RunLog::look(const fs::path& folder) {
    RunLog log(folder / kResultFile);
    const auto text = read_file(log.file_);
    if (!text) {
        return text.error();
    }
    const std::string content = text->value_or(std::string());
    for (const Line& line : lines_of(content)) {
        auto entry = line.whole ? parse_sweep_line(std::string_view(content).substr(
                                      line.begin, line.end - line.begin))
                                : std::nullopt;
        if (entry) {
            log.entries_.push_back(std::move(*entry));
        }
    }
    return log;
}

Status RunLog::append(const std::string& line, RunEntry entry) {
    COMMITBENCH_TRY(append_durably(file_, line + "\n"));
    entries_.push_back(std::move(entry));
    return {};
}

/// The copy is whole and synced before the original is cut: at no moment is the text in neither.
Status RunLog::move_torn_line(std::string_view text) {
    const std::size_t newline = text.rfind('\n');
    const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
    const fs::path aside = unused_name("torn");
    COMMITBENCH_TRY(replace_file(aside, text.substr(begin)));
    COMMITBENCH_TRY(truncate_durably(file_, begin));
    repairs_.push_back(
        fmt::format("the last line of {} was cut off ({} bytes): it is in {} now, and its run is "
                    "done again",
                    file_.native(), text.size() - begin, aside.filename().native()));
    return {};
}

Status RunLog::move_corrupt_lines(std::string_view text,
                                  const std::vector<std::pair<std::size_t, std::size_t>>& damaged) {
    std::string kept;
    std::string aside_text;
    std::size_t at = 0;
    for (const auto& [begin, end] : damaged) {
        kept += text.substr(at, begin - at);
        aside_text += text.substr(begin, end - begin);
        at = end;
    }
    kept += text.substr(at);
    const fs::path aside = unused_name("corrupt");
    COMMITBENCH_TRY(replace_file(aside, aside_text));
    COMMITBENCH_TRY(replace_file(file_, kept));
    repairs_.push_back(fmt::format("{} damaged {} of {} {} in {} now", damaged.size(),
                                   damaged.size() == 1 ? "line" : "lines", file_.native(),
                                   damaged.size() == 1 ? "is" : "are", aside.filename().native()));
    return {};
}

fs::path RunLog::unused_name(std::string_view kind) const {
    for (unsigned number = 1;; ++number) {
        fs::path name = file_.native() + fmt::format(".{}-{}", kind, number);
        std::error_code error;
        if (!fs::exists(name, error)) {
            return name;
        }
    }
}

}  // namespace commitbench::sweep
