// SPDX-License-Identifier: Apache-2.0
// The tests for executors. What each demands stands in the table in test.cpp.
#pragma once

#include "harness/plugin/conformance/subject.hpp"
#include "harness/plugin/conformance/trial.hpp"

namespace commitbench::conformance {

Status test_few_conflicts(Trial& trial, const Subject& subject);
Status test_many_conflicts(Trial& trial, const Subject& subject);
Status test_deletions(Trial& trial, const Subject& subject);
Status test_additions(Trial& trial, const Subject& subject);
Status test_small_blocks(Trial& trial, const Subject& subject);
Status test_failing_state(Trial& trial, const Subject& subject);

}  // namespace commitbench::conformance
