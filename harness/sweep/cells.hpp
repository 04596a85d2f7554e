// SPDX-License-Identifier: Apache-2.0
// The cells of a plan: what one run is told, under a name that stays.
#pragma once

#include "harness/sweep/plan.hpp"

#include <optional>

namespace commitbench::sweep {

enum class CellRole : std::uint8_t {
    cell,
    null,  ///< no executor and no backend: what the harness itself costs
    aa,    ///< another cell once more, under another name: what differs between two alike
};

[[nodiscard]] std::string_view role_name(CellRole role) noexcept;

struct SweepCell {
    std::string id;  ///< 16 hex digits, of role and axes
    CellRole role = CellRole::cell;
    std::string twin_of;  ///< of an aa cell: the id of the cell it repeats
    /// Every axis that bears on this cell with its value, by name. Free parameters that none of its
    /// values uses are left out.
    std::vector<std::pair<std::string, std::string>> axes;
    std::vector<unsigned> lines;  ///< of the plan, one an axis; 0: a default

    /// nullopt where the cell has no such axis.
    [[nodiscard]] std::optional<std::string_view> value(std::string_view axis) const;
};

/// Most cells that a plan may come to: more is a slip of the pen.
inline constexpr std::size_t kMostCells = 100'000;

/// The product of [axes] (the last axis turns fastest), less [[exclude]], then every [[include]] in
/// turn, then the two control cells. Cells that come to the same are kept once. bad_input where
/// none is left, where an [[exclude]], a `set` or [aa] matches none, where {names} go in a circle
/// or have no value in a cell.
[[nodiscard]] Result<std::vector<SweepCell>> expand(const Plan& plan, const RunAxes& axes);

/// 32 hex digits of what a result set must have in common to be one sweep: name, order, its seed,
/// the cells. Not of repetitions or words for people, so that those may change.
[[nodiscard]] std::string plan_hash(const Plan& plan, const std::vector<SweepCell>& cells);

/// The axes in which the plan's cells differ, by name: what tells one cell from another.
[[nodiscard]] std::vector<std::string> varying_axes(const std::vector<SweepCell>& cells);

/// "backend=mpt:store=lmdb workers=2", or "null x null".
[[nodiscard]] std::string short_name(const SweepCell& cell, const std::vector<std::string>& axes);

}  // namespace commitbench::sweep
