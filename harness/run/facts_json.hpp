// SPDX-License-Identifier: Apache-2.0
// Machine, storage and build as JSON: the same fields in a run's line and in a sweep's manifest.
#pragma once

#include "harness/measure/build.hpp"
#include "harness/measure/machine.hpp"

#include <nlohmann/json.hpp>

namespace commitbench {

/// null where there is nothing.
template<class T>
nlohmann::ordered_json optional_of(const std::optional<T>& value) {
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

[[nodiscard]] nlohmann::ordered_json facts_json(const MachineFacts& machine);
[[nodiscard]] nlohmann::ordered_json facts_json(const StorageFacts& storage);
[[nodiscard]] nlohmann::ordered_json facts_json(const BuildFacts& build);

}  // namespace commitbench
