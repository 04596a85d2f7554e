// SPDX-License-Identifier: Apache-2.0
// RunLog: the sweep's runs.jsonl. Lines are only ever added, each synced before the next run
// starts.
//
// What a kill or a power cut can leave behind is a last line without its newline. It is moved to
// runs.jsonl.torn-N beside the file, and its run is done again. A line that is damaged further up
// was damaged by something else: nothing is touched until the user says so.
#pragma once

#include "harness/sweep/run_entry.hpp"

#include <filesystem>

namespace commitbench::sweep {

class RunLog {
  public:
    /// Reads DIR/runs.jsonl, where there is one. Moves a torn last line aside. corrupt where a line
    /// is damaged (unless `set_aside_corrupt`, which moves those lines to runs.jsonl.corrupt-N);
    /// bad_input where a line is of another sweep than `plan_hash`, which may be empty: any. Only
    /// the holder of the sweep's lock may call it. O(file).
    [[nodiscard]] static Result<RunLog> open(const std::filesystem::path& folder,
                                             std::string_view plan_hash,
                                             bool set_aside_corrupt);
    /// The same, and nothing is changed: a torn line is passed over, damaged ones are too.
    [[nodiscard]] static Result<RunLog> look(const std::filesystem::path& folder);

    /// Adds a line (without newline) durably, or leaves the file as it was.
    Status append(const std::string& line, RunEntry entry);

    [[nodiscard]] const std::vector<RunEntry>& entries() const noexcept { return entries_; }
    /// What open() moved aside, in words; empty where nothing.
    [[nodiscard]] const std::vector<std::string>& repairs() const noexcept { return repairs_; }

  private:
    explicit RunLog(std::filesystem::path file) : file_(std::move(file)) {}
    Status move_torn_line(std::string_view text);
    Status move_corrupt_lines(std::string_view text,
                              const std::vector<std::pair<std::size_t, std::size_t>>& damaged);
    [[nodiscard]] std::filesystem::path unused_name(std::string_view kind) const;

    std::filesystem::path file_;
    std::vector<RunEntry> entries_;
    std::vector<std::string> repairs_;
};

}  // namespace commitbench::sweep
