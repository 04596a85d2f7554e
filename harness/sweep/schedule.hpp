// SPDX-License-Identifier: Apache-2.0
// Schedule: which run is next, from what has been run. Pure: a sweep that was killed and one that
// was not come to the same runs.
#pragma once

#include "harness/sweep/run_entry.hpp"

namespace commitbench::sweep {

/// A run that fails or is void is tried again at most twice.
inline constexpr std::uint64_t kMostAttempts = 3;

struct Slot {
    std::size_t cell = 0;          ///< index into the sweep's cells
    std::uint64_t repetition = 1;  ///< from 1
    std::uint64_t position = 1;    ///< from 1
    std::uint64_t attempt = 1;     ///< from 1
};

struct ScheduleSettings {
    std::uint64_t seed = 1;
    Order order = Order::blocks;
    std::uint64_t repetitions = 1;
    Shard shard;
    bool retry_failed = false;  ///< failed attempts of before this start do not count
};

/// One thread.
class Schedule {
  public:
    /// `cells` must outlive it.
    Schedule(const std::vector<SweepCell>& cells, const ScheduleSettings& settings);

    /// A run that was done, in this start of the sweep or an earlier one. Runs of cells that the
    /// plan does not have are passed over.
    void note(const RunEntry& entry);
    /// What came before this start has all been noted.
    void begin();

    /// Runs no repetition of this cell after `repetition`: its interval is narrow enough.
    void stop_after(std::string_view cell, std::uint64_t repetition);

    /// The next run in order, or nullopt where all is done. A cell that used up its attempts in one
    /// repetition is given up: no others are run.
    [[nodiscard]] std::optional<Slot> next() const;
    /// All that next() would give, were each of them to succeed.
    [[nodiscard]] std::vector<Slot> remaining() const;

    /// Ids of the cells that were given up, in the order of the plan.
    [[nodiscard]] std::vector<std::string> given_up() const;
    [[nodiscard]] std::uint64_t done() const noexcept { return done_; }  ///< runs that are ok

  private:
    struct CellState {
        std::vector<bool> ok;                   // by repetition - 1
        std::vector<std::uint64_t> attempts;    // that count against kMostAttempts
        std::vector<std::uint64_t> last_tried;  // number of the last attempt
        std::uint64_t last_repetition = 0;      // none is run after it
        bool given_up = false;
    };

    /// Calls `visit(slot)` for every run that is not done, in order, until it returns false.
    template<class Visit>
    void walk(Visit visit) const;
    [[nodiscard]] std::optional<Slot> slot(std::size_t cell,
                                           std::uint64_t repetition,
                                           std::uint64_t position) const;

    const std::vector<SweepCell>& cells_;
    ScheduleSettings settings_;
    std::vector<CellState> states_;
    std::uint64_t done_ = 0;
};

}  // namespace commitbench::sweep
