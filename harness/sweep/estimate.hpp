// SPDX-License-Identifier: Apache-2.0
// How long a sweep will take: from its own runs where there are some, else from a stated rule.
#pragma once

#include "harness/sweep/schedule.hpp"

#include <map>

namespace commitbench::sweep {

/// What the rule looks at.
struct RunSize {
    std::uint64_t keys = 0;          ///< of the first state
    std::uint64_t transactions = 0;  ///< of all blocks, warm-up included
};

/// Of a run of which nothing is known yet. Crude on purpose, from runs on two virtual cores: the
/// first runs replace it.
inline constexpr double kSecondsARun = 0.3;   ///< starting, facts about the machine
inline constexpr double kSecondsAKey = 3e-6;  ///< loading or restoring, and the ledger's share
inline constexpr double kSecondsATransaction = 3e-5;  ///< executing, committing, checking
[[nodiscard]] std::string estimate_rule();            ///< the three, in words

class Estimate {
  public:
    void note(const std::string& cell, double seconds);
    /// `size` is what the rule is asked with. Prefers: the median of this cell's runs, the rule
    /// scaled by how far it was off for the runs there are, the rule.
    [[nodiscard]] double seconds(const std::string& cell, const RunSize& size) const;
    /// For the scale: what the rule says of a cell that note() is told of.
    void expect(const std::string& cell, const RunSize& size);
    [[nodiscard]] bool knows(const std::string& cell) const { return seconds_.contains(cell); }

  private:
    std::map<std::string, std::vector<double>> seconds_;
    std::map<std::string, double> expected_;
};

/// "45 s", "12 min", "3.5 h"
[[nodiscard]] std::string show_duration(double seconds);

}  // namespace commitbench::sweep
