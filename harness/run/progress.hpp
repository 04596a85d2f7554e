// SPDX-License-Identifier: Apache-2.0
// Progress of the long parts of a run: making the ledger, loading, measuring.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>

namespace commitbench {

/// Told of every part in turn: begin, update any number of times, end. Cheap: update() may be
/// called every few thousand steps; the sink thins out. One thread. A forked child uses its own
/// copy.
class ProgressSink {
  public:
    virtual ~ProgressSink() = default;
    /// `part`: "loading", `unit`: "keys". `total` may be 0 where it is not known.
    virtual void begin(std::string_view part, std::string_view unit, std::uint64_t total) = 0;
    virtual void update(std::uint64_t done) = 0;
    /// `done`: how far it came.
    virtual void end(std::uint64_t done) = 0;
};

/// Writes to `stream`: on a terminal one line that is rewritten (done, rate, time left), otherwise
/// plain lines, at most one every 5 s and one at the end. `stream` must outlive it.
[[nodiscard]] std::unique_ptr<ProgressSink> make_text_progress(std::FILE* stream);
/// The same with the terminal decided by the caller (tests).
[[nodiscard]] std::unique_ptr<ProgressSink> make_text_progress(std::FILE* stream, bool terminal);

/// Says nothing.
[[nodiscard]] ProgressSink& silent_progress() noexcept;

}  // namespace commitbench
