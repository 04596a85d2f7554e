// SPDX-License-Identifier: Apache-2.0
// Test: one demand of plugin.h, and the function that finds out whether a component meets it.
#pragma once

#include "harness/plugin/conformance/message.hpp"
#include "harness/plugin/conformance/subject.hpp"
#include "harness/plugin/conformance/trial.hpp"

namespace commitbench::conformance {

struct Test {
    std::string_view name;    ///< small letters and '-'
    std::string_view demand;  ///< one sentence
    /// An Error: the demand is not met. Trial::skip where it cannot be made of this component.
    Status (*function)(Trial&, const Subject&);
};

/// All tests for components of this kind, in the order in which they run.
[[nodiscard]] std::span<const Test> tests_of(Kind kind);

/// What a test or an act that ended so came to.
[[nodiscard]] Outcome outcome_of(const Status& status, const Trial& trial);
/// Runs it here.
[[nodiscard]] Outcome carry_out(const Test& test, Trial& trial, const Subject& subject);

}  // namespace commitbench::conformance
