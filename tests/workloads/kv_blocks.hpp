// SPDX-License-Identifier: Apache-2.0
// What tests of `kv` ask of its blocks.
#pragma once

#include "tests/workloads/interpreter.hpp"
#include "workloads/kv/kv.hpp"

#include <fmt/format.h>

namespace commitbench::kv {

[[nodiscard]] inline std::unique_ptr<Workload> make(std::string_view options,
                                                    std::uint64_t seed = 1) {
    return commitbench::testing::make_workload(fmt::format("kv:{}", options), seed);
}

[[nodiscard]] inline const KvBlock& kv_block(const Block& block) {
    return dynamic_cast<const KvBlock&>(block);
}

using Counts = std::map<Kind, std::uint64_t>;

[[nodiscard]] inline Counts kinds_of(const Block& block) {
    Counts counts;
    for (std::uint32_t i = 0; i < block.size(); ++i) {
        for (const Operation& step : kv_block(block).operations(i)) {
            ++counts[step.kind];
        }
    }
    return counts;
}

}  // namespace commitbench::kv
