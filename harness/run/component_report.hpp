// SPDX-License-Identifier: Apache-2.0
// What components say of themselves, collected.
#pragma once

#include "harness/core/executor.hpp"
#include "harness/core/registry.hpp"
#include "harness/run/record.hpp"

namespace commitbench {

/// The present values of all counters of both. Where both use a name, the backend's is called
/// "backend_<name>".
[[nodiscard]] CounterMap collect_counters(const Executor& executor, const Backend& backend);

/// after - before, name by name; a counter that is new counts from 0.
[[nodiscard]] CounterMap difference(const CounterMap& before, const CounterMap& after);

/// Asks `component` (anything with facts(FactVisitor&)).
template<class Source>
[[nodiscard]] std::vector<Fact> collect_facts(const Source& component) {
    struct Collector final : FactVisitor {
        std::vector<Fact> facts;
        void fact(std::string_view name, std::string_view value, std::string_view why) override {
            facts.push_back({std::string(name), std::string(value), std::string(why)});
        }
    };
    Collector collector;
    component.facts(collector);
    return std::move(collector.facts);
}

template<class C>
[[nodiscard]] ComponentRecord describe_choice(const Choice<C>& choice) {
    return {choice.canonical(), std::string(choice.component->name), choice.options.resolved(), {}};
}

}  // namespace commitbench
