// SPDX-License-Identifier: Apache-2.0
// The tests for workloads. What each demands stands in the table in test.cpp.
#pragma once

#include "harness/plugin/conformance/subject.hpp"
#include "harness/plugin/conformance/trial.hpp"

namespace commitbench::conformance {

Status test_same_bytes(Trial& trial, const Subject& subject);
Status test_unique_keys(Trial& trial, const Subject& subject);
Status test_values(Trial& trial, const Subject& subject);
Status test_threads(Trial& trial, const Subject& subject);
Status test_blocks_in_any_order(Trial& trial, const Subject& subject);
Status test_executors_agree(Trial& trial, const Subject& subject);
Status test_stops(Trial& trial, const Subject& subject);

}  // namespace commitbench::conformance
