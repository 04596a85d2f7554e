// SPDX-License-Identifier: Apache-2.0
// The table of several cells, side by side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace commitbench::cli {

/// Made of result lines, so that it shows what anyone can read out of runs.jsonl.
class Comparison {
  public:
    /// `result_line` may be empty: the cell came to no result, `exit_code` says why not.
    void add(std::string_view backend, int exit_code, std::string_view result_line);

    /// A header, a row a cell, and what the columns mean.
    [[nodiscard]] std::string render() const;

  private:
    std::vector<std::vector<std::string>>
        rows_;  // the columns of each; a name and a reason where there is no result
};

}  // namespace commitbench::cli
