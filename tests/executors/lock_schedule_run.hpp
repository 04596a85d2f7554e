// SPDX-License-Identifier: Apache-2.0
// What tests of `lock-schedule` on threads run, and compare.
#pragma once

#include "tests/executors/declared_script.hpp"
#include "tests/executors/same_result.hpp"

#include <array>

namespace commitbench::testing {

inline constexpr std::array kWorkers{1U, 2U, 3U, 8U, 16U};

/// Receives and runs `block` on `before`.
[[nodiscard]] inline const BlockResult* run(Executor& executor,
                                            StateSource& before,
                                            const Block& block) {
    EXPECT_TRUE(executor.prepare(before).ok());
    const Status received = executor.receive(block);
    EXPECT_TRUE(received.ok()) << received.error().message;
    const auto result = executor.execute(block);
    EXPECT_TRUE(result.ok()) << result.error().message;
    return result.ok() ? *result : nullptr;
}

/// What differs. Where transactions abort, the reference counts what they touched in another way.
[[nodiscard]] inline std::string compare(const BlockResult& expected,
                                         const BlockResult& got,
                                         bool counts) {
    BlockResult wanted;
    wanted.receipts = expected.receipts;
    for (const Change& change : expected.diff.changes()) {
        wanted.diff.add_placed(change);
    }
    wanted.reads = counts ? expected.reads : got.reads;
    wanted.writes = counts ? expected.writes : got.writes;
    return difference(wanted, got);
}

}  // namespace commitbench::testing
