// SPDX-License-Identifier: Apache-2.0
// Progress of a sweep: how many runs are done, how long the rest will take, what runs now, what the
// last one came to.
#pragma once

#include "harness/sweep/run_entry.hpp"

#include <cstdio>

namespace commitbench::sweep {

/// On a terminal one line that is rewritten; runs that failed or are void, and everything else that
/// is told, stay above it. Otherwise a plain line a run. One thread.
class SweepProgress {
  public:
    /// `stream` must outlive it. `quiet`: only what tell() is told.
    SweepProgress(std::FILE* stream, bool terminal, bool quiet)
        : stream_(stream), terminal_(terminal), quiet_(quiet) {}

    /// `done` of `total` runs are done and `seconds_left` remain; `name` starts.
    void begin_run(std::uint64_t done,
                   std::uint64_t total,
                   double seconds_left,
                   const std::string& name,
                   const RunEntry& entry);
    void end_run(const RunEntry& entry, std::optional<double> transactions_per_second);
    /// A line that stays.
    void tell(const std::string& line);
    /// Ends the rewritten line.
    void end();

  private:
    void rewrite(std::string line);

    std::FILE* stream_;
    bool terminal_;
    bool quiet_;
    bool line_open_ = false;
    std::string head_;  // "run 3 of 40 (5 %), 2 min left"
    std::string name_;
    std::string last_;  // "last: …", or empty
};

}  // namespace commitbench::sweep
