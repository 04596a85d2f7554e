// SPDX-License-Identifier: Apache-2.0
// Trial: what a test gets from the kit and tells it, in the process that is the test's own.
#pragma once

#include "harness/core/result.hpp"
#include "harness/core/state_key.hpp"
#include "harness/run/fresh_process.hpp"

#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <random>
#include <string>
#include <vector>

namespace commitbench::conformance {

using Random = std::mt19937_64;  // the same numbers everywhere

/// A number below `bound`, which is not 0. The standard's distributions differ from library to
/// library.
[[nodiscard]] inline std::uint64_t below(Random& random, std::uint64_t bound) {
    return random() % bound;
}

/// A demand that was not met.
template<class... T>
[[nodiscard]] Error unmet(fmt::format_string<T...> text, T&&... values) {
    return {ErrorCode::mismatch, fmt::format(text, std::forward<T>(values)...)};
}

/// What this process was started for.
struct Orders {
    std::uint64_t seed = 1;
    std::filesystem::path folder;  ///< for what it writes; exists, and is removed by who started it
    std::chrono::milliseconds time_limit{60'000};
    int report = -1;  ///< FreshProcess::report() reads what is written here
    /// The words after `commitbench` that start a process for the same component, seed and limit.
    std::vector<std::string> command;
};

class Trial {
  public:
    explicit Trial(Orders orders) : orders_(std::move(orders)) {}
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    [[nodiscard]] const Orders& orders() const noexcept { return orders_; }

    /// What is done next: the last of these is named where the process ends or hangs in it.
    void doing(std::string_view what);
    /// The test does not apply, and why. Gives the Status to return.
    Status skip(std::string why);
    /// A figure worth telling of a test that passed, as "25 kills".
    void note(std::string text) { note_ = std::move(text); }

    [[nodiscard]] const std::string& skipped() const noexcept { return skipped_; }
    [[nodiscard]] const std::string& note() const noexcept { return note_; }

    /// Random numbers that follow from the seed alone; a stream of its own for each `stream`.
    [[nodiscard]] Random random(std::uint64_t stream = 0) const;
    /// A new empty folder.
    [[nodiscard]] Result<std::filesystem::path> new_folder();
    /// Starts a process that carries out one of the orders in act.hpp.
    [[nodiscard]] Result<FreshProcess> start(std::string_view act,
                                             const std::filesystem::path& folder) const;

  private:
    Orders orders_;
    std::string skipped_;
    std::string note_;
    int folders_ = 0;
};

/// Writes all of it; whoever reads may have gone.
void tell(int descriptor, std::string_view text);

}  // namespace commitbench::conformance
