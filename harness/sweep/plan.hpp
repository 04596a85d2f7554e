// SPDX-License-Identifier: Apache-2.0
// Plan: what a sweep was asked to measure, as its TOML file says it.
//
//   name = "cores"                      # letters, digits, - and _
//   description = "…"
//   seed = 1                            # of the order of runs
//   repetitions = 10
//   order = "blocks"                    # or "sequential"
//   time_limit = 3600                   # seconds: a run that has no end by then has failed
//   [axes]                              # the cells are the product of these
//   executor = ["sequential", "block-stm"]
//   workload = "transfer:accounts={accounts}"
//   accounts = ["10k", "1M"]            # not an axis of a run: a free parameter, put where
//   {accounts} is
//   [[exclude]]                         # cells of [axes] that match are dropped
//   [[include]]                         # more cells; with `set`: cells that match are changed
//   [null]  [aa]                        # the two control cells, where the defaults do not do
#pragma once

#include "harness/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace commitbench::sweep {

/// What the sweep must know about a run to read a plan. The CLI wires it in.
struct RunAxes {
    std::vector<std::string_view> names;  ///< "executor", "workers", …
    /// Of the axes that every cell has, with what a run takes where the plan does not say.
    std::vector<std::pair<std::string, std::string>> defaults;
    /// What makes the null x null cell: the executor that executes nothing, the backend that
    /// commits to nothing.
    std::vector<std::pair<std::string, std::string>> null_cell;

    [[nodiscard]] bool has(std::string_view name) const;
};

struct AxisValue {
    std::string text;   ///< as written; may hold {names}
    unsigned line = 0;  ///< in the plan's file
};

struct Axis {
    std::string name;
    std::vector<AxisValue> values;  ///< at least one
    unsigned line = 0;
};

/// In the order of the file.
using AxisTable = std::vector<Axis>;

/// One [[include]].
struct Inclusion {
    AxisTable match;       ///< what the new cells have, or which cells are changed
    AxisTable set;         ///< empty: adds cells. One value an axis
    bool changes = false;  ///< `set` is there
    unsigned line = 0;
};

enum class Order : std::uint8_t {
    blocks,      ///< repetition by repetition, every cell once, in a random order (order.hpp)
    sequential,  ///< all repetitions of a cell after one another
};

inline constexpr std::uint64_t kDefaultRepetitions = 10;

/// Far more than a run should take that is to be repeated: it ends one that hangs.
inline constexpr std::chrono::seconds kDefaultTimeLimit{3600};

struct Plan {
    std::string file;
    std::string text;
    std::string name;
    std::string description;
    std::uint64_t seed = 1;
    std::uint64_t repetitions = kDefaultRepetitions;
    Order order = Order::blocks;
    std::chrono::seconds time_limit =
        kDefaultTimeLimit;  ///< of a run, and of loading a first state
    AxisTable axes;
    std::vector<AxisTable> exclude;
    std::vector<Inclusion> include;
    AxisTable null_cell;  ///< one value an axis
    AxisTable aa;
};

[[nodiscard]] std::string_view order_name(Order order) noexcept;
/// bad_input names the words that would do.
[[nodiscard]] Result<Order> parse_order(std::string_view text);

/// The names in braces: "transfer:accounts={accounts}" -> {"accounts"}. Braces around anything that
/// is no name (lower-case letters, digits, - and _, a letter first) are text.
[[nodiscard]] std::vector<std::string> placeholders(std::string_view text);

/// bad_input on anything that the plan cannot mean: "FILE:LINE:COLUMN: what", with the nearest
/// known word where one is unknown. Specs themselves are not looked at.
[[nodiscard]] Result<Plan> parse_plan(std::string text,
                                      const std::string& file,
                                      const RunAxes& axes);

}  // namespace commitbench::sweep
