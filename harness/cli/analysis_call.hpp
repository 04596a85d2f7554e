// SPDX-License-Identifier: Apache-2.0
// AnalysisCall: how a process becomes `python3 -m analysis WORDS...`, where all statistics are made
// (scripts/analysis).
#pragma once

#include "harness/core/result.hpp"

#include <string>
#include <vector>

namespace commitbench::cli {

/// The interpreter, its words and its environment: ours, with the share folder's scripts on
/// PYTHONPATH and this program's own path in COMMITBENCH_PROGRAM, for commands that measure.
///
/// The interpreter is the one that COMMITBENCH_PYTHON names, else Debian's own, which its packages
/// of numpy and scipy are for, else the first python3 on PATH. Not thread-safe.
class AnalysisCall {
  public:
    /// `words`: the command of the analysis and what follows it. bad_input where the share folder
    /// is not found (share_folder.hpp) or has no analysis in it.
    [[nodiscard]] static Result<AnalysisCall> make(std::vector<std::string> words);

    /// Becomes it. Returns only where that failed, with errno set. Makes nothing but system calls:
    /// the child of a fork may call it.
    void exec() const noexcept;

    /// Why exec() returned, from its errno, with the remedy.
    [[nodiscard]] Error not_started(int error) const;

  private:
    AnalysisCall() = default;

    std::string interpreter_;
    std::vector<std::string> words_;
    std::vector<std::string> environment_;
    std::vector<char*> arguments_;  // into words_, and a null pointer: what exec wants
    std::vector<char*> variables_;  // into environment_, likewise
};

}  // namespace commitbench::cli
