// SPDX-License-Identifier: Apache-2.0
// Plans of the tests.
#pragma once

#include "harness/sweep/cells.hpp"

#include <gtest/gtest.h>

namespace commitbench::sweep::testing {

/// The axes of a run, as far as the tests need them.
inline const RunAxes& axes() {
    static const RunAxes axes{
        .names = {"executor", "backend", "workload", "workers", "memory"},
        .defaults = {{"executor", "sequential"}, {"backend", "mpt"}, {"workload", "transfer"}},
        .null_cell = {{"executor", "replay"}, {"backend", "null"}}};
    return axes;
}

inline Result<Plan> read(const std::string& text) {
    return parse_plan(text, "plan.toml", axes());
}

/// Of a plan that is good; "name" and nothing else is added.
inline Result<std::vector<SweepCell>> cells_of(const std::string& text) {
    const auto plan = read("name = \"test\"\n" + text);
    if (!plan) {
        return plan.error();
    }
    return expand(*plan, axes());
}

/// "executor=…,workers=…" of the plan's own cells, in order.
inline std::vector<std::string> shown(const Result<std::vector<SweepCell>>& cells,
                                      const std::vector<std::string>& names) {
    std::vector<std::string> texts;
    if (!cells) {
        ADD_FAILURE() << cells.error().message;
        return texts;
    }
    for (const SweepCell& cell : *cells) {
        if (cell.role == CellRole::cell) {
            texts.push_back(short_name(cell, names));
        }
    }
    return texts;
}

}  // namespace commitbench::sweep::testing
