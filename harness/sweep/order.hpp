// SPDX-License-Identifier: Apache-2.0
// In which order the cells of a repetition run.
//
// A repetition is a complete block: every cell once, so that what drifts over hours (temperature, a
// neighbour on the same host) hits all cells alike. The blocks are rows of Latin squares: over as
// many repetitions as there are cells, every cell is once at every position. A square is the cyclic
// one (cell = row + column mod n) with its rows, columns and symbols in random order, so that cells
// do not always follow the same other cell, as they do in the cyclic square itself.
#pragma once

#include "harness/sweep/plan.hpp"

#include <cstddef>

namespace commitbench::sweep {

/// Position -> cell, of repetition `repetition` (from 1): each of 0..cells-1 once. The same on
/// every machine. O(cells).
[[nodiscard]] std::vector<std::size_t> order_of(std::uint64_t seed,
                                                std::size_t cells,
                                                std::uint64_t repetition);

}  // namespace commitbench::sweep
