// SPDX-License-Identifier: Apache-2.0
// Runs of toy components that must end in a record, or in an Error.
#pragma once

#include "harness/run/ledger.hpp"
#include "tests/run/toy_components.hpp"

#include <gtest/gtest.h>

namespace commitbench::testing {

/// The record; ends the process where there is none, for nothing is left to test.
inline RunRecord must_run(const RunRequest& request) {
    auto record = run_cell(request);
    if (!record) {
        ADD_FAILURE() << record.error().message;
        std::abort();
    }
    return std::move(*record);
}

/// The Error; the test fails where there is a record.
inline Error must_fail(const RunRequest& request) {
    auto record = run_cell(request);
    EXPECT_FALSE(record.ok());
    return record.ok() ? Error{} : record.error();
}

/// Where the request's ledger is.
[[nodiscard]] inline std::filesystem::path ledger_of(const RunRequest& request) {
    const LedgerIdentity identity{request.workload.canonical(), request.seed, "", "sequential"};
    return request.results / "ledgers" / identity.file_name();
}

}  // namespace commitbench::testing
