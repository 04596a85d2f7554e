// SPDX-License-Identifier: Apache-2.0
// The tests of names and options, for components of every kind. What each demands stands in the
// table in test.cpp.
#pragma once

#include "harness/plugin/conformance/subject.hpp"
#include "harness/plugin/conformance/trial.hpp"

namespace commitbench::conformance {

Status test_descriptor(Trial& trial, const Subject& subject);
Status test_options(Trial& trial, const Subject& subject);

}  // namespace commitbench::conformance
