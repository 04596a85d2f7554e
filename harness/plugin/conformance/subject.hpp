// SPDX-License-Identifier: Apache-2.0
// Subject: one component under test, with the options that it is tested with.
#pragma once

#include "harness/core/registry.hpp"
#include "include/commitbench/plugin.h"

#include <string>
#include <variant>

namespace commitbench::conformance {

enum class Kind : unsigned char { backend, executor, workload };

struct Subject {
    std::variant<const BackendComponent*, const ExecutorComponent*, const WorkloadComponent*>
        component;
    /// As the user gave them; each is in the component's table.
    ComponentSpec given;
    /// Of a backend: what was persisted is there for the next process.
    bool keeps_files = false;
    /// Of a plug-in's backend; null of others.
    const cb_backend_interface* plugin_table = nullptr;

    [[nodiscard]] Kind kind() const { return static_cast<Kind>(component.index()); }
    [[nodiscard]] std::string_view name() const;
    [[nodiscard]] std::string_view summary() const;
    [[nodiscard]] std::span<const OptionSpec> table() const;
    // INVARIANT of the three: kind() is theirs.
    [[nodiscard]] const BackendComponent& backend() const { return *std::get<0>(component); }
    [[nodiscard]] const ExecutorComponent& executor() const { return *std::get<1>(component); }
    [[nodiscard]] const WorkloadComponent& workload() const { return *std::get<2>(component); }

    /// The options given and the defaults of the others.
    [[nodiscard]] Result<Options> options() const;
    /// The same with one of them set to `value`.
    [[nodiscard]] Result<Options> options_with(std::string_view key, std::string_view value) const;
};

/// "backend"
[[nodiscard]] std::string_view kind_name(Kind kind) noexcept;

}  // namespace commitbench::conformance
