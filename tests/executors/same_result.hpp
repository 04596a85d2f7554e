// SPDX-License-Identifier: Apache-2.0
// Whether two executors came to the same result, and where not.
#pragma once

#include "harness/core/block.hpp"

#include <fmt/format.h>
#include <string>

namespace commitbench::testing {

/// "" where both say the same: receipts, writes, counts of reads and writes, and old values where
/// both know them; else what differs first.
[[nodiscard]] inline std::string difference(const BlockResult& expected, const BlockResult& got) {
    if (expected.receipts.size() != got.receipts.size()) {
        return "another number of receipts";
    }
    for (std::size_t i = 0; i < expected.receipts.size(); ++i) {
        if (!(expected.receipts[i] == got.receipts[i])) {
            return fmt::format("the receipt of transaction {} differs", i);
        }
    }
    if (expected.diff.size() != got.diff.size()) {
        return fmt::format("{} changes instead of {}", got.diff.size(), expected.diff.size());
    }
    for (std::size_t i = 0; i < expected.diff.size(); ++i) {
        const Change& a = expected.diff.changes()[i];
        const Change& b = got.diff.changes()[i];
        if (a.key != b.key || a.deleted != b.deleted || !equal(a.new_value, b.new_value)) {
            return fmt::format("change {} differs", i);
        }
        const bool both_know = a.old_state != OldState::unknown && b.old_state != OldState::unknown;
        if (both_know && (a.old_state != b.old_state || !equal(a.old_value, b.old_value))) {
            return fmt::format("the old value of change {} differs", i);
        }
    }
    if (expected.reads != got.reads || expected.writes != got.writes) {
        return fmt::format("{} reads and {} writes instead of {} and {}", got.reads, got.writes,
                           expected.reads, expected.writes);
    }
    return "";
}

}  // namespace commitbench::testing
