// SPDX-License-Identifier: Apache-2.0
// Shard: the part of a sweep that one machine runs.
//
// Shard i of n runs the repetitions i, i+n, i+2n, … with every cell of them. A complete block is
// then on one machine, and what that machine is slower or faster by cancels between its cells.
// Shards of cells would compare one machine's cell with another machine's.
#pragma once

#include "harness/core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace commitbench::sweep {

struct Shard {
    std::uint64_t index = 1;  ///< from 1
    std::uint64_t count = 1;

    [[nodiscard]] bool runs(std::uint64_t repetition) const noexcept {
        return (repetition - 1) % count == index - 1;
    }
    [[nodiscard]] std::string text() const;  ///< "2/4"
};

/// bad_input unless the text is i/n with 1 <= i <= n.
[[nodiscard]] Result<Shard> parse_shard(std::string_view text);

}  // namespace commitbench::sweep
