// SPDX-License-Identifier: Apache-2.0
// Registries: explicit tables of components (a static initialiser would be lost in a static
// library).
#pragma once

#include "harness/core/executor.hpp"
#include "harness/core/options.hpp"
#include "harness/core/workload.hpp"

#include <fmt/format.h>

namespace commitbench {

/// Makes a component: a function, or a function with what it knows of the plug-in that it speaks
/// for. What it knows is never freed.
template<class Made, class... Arguments>
class Maker {
  public:
    using Plain = Made (*)(Arguments...);
    using Knowing = Made (*)(const void* knowledge, Arguments...);

    constexpr Maker(Plain plain) : plain_(plain) {}  // NOLINT: implicit by design
    constexpr Maker(Knowing knowing, const void* knowledge)
        : knowing_(knowing), knowledge_(knowledge) {}

    Made operator()(Arguments... arguments) const {
        return plain_ != nullptr ? plain_(arguments...) : knowing_(knowledge_, arguments...);
    }

  private:
    Plain plain_ = nullptr;
    Knowing knowing_ = nullptr;
    const void* knowledge_ = nullptr;
};

/// What a folder or a plug-in registers: one entry a component. `Create` makes it from its resolved
/// options.
template<class Create>
struct Component {
    std::string_view name;
    std::string_view summary;  ///< one sentence
    std::span<const OptionSpec> options;
    Create create;
    /// "name version" of the library that it comes from; empty for a built-in one.
    std::string_view library{};
    /// Of a library's backend: its static table says that it keeps files, whatever its options are.
    bool keeps_files = false;

    [[nodiscard]] constexpr bool is_plugin() const noexcept { return !library.empty(); }
};

/// May use resources.directory; refuses (bad_input) what it cannot open. `create` opens what is
/// there.
using BackendComponent =
    Component<Maker<Result<std::unique_ptr<Backend>>, const Options&, const CellResources&>>;
struct ExecutorComponent
    : Component<
          Maker<Result<std::unique_ptr<Executor>>, const Options&, const ExecutorResources&>> {
    /// With these options, the spec of the executor whose word counts for this one. Null: always
    /// `sequential`, as for all that give the effect of running transactions in order and nothing
    /// else.
    std::string_view (*reference)(const Options&) = nullptr;
};
/// The seed is the run's; see Workload for what follows from it.
using WorkloadComponent =
    Component<Maker<Result<std::unique_ptr<Workload>>, const Options&, std::uint64_t>>;

[[nodiscard]] std::span<const BackendComponent> backend_registry();
[[nodiscard]] std::span<const ExecutorComponent> executor_registry();
[[nodiscard]] std::span<const WorkloadComponent> workload_registry();

/// A component together with the options asked for.
template<class C>
struct Choice {
    const C* component;
    Options options;

    [[nodiscard]] std::string canonical() const { return options.canonical(component->name); }
};

/// What a run of this executor is compared with: two that name the same spec must agree.
[[nodiscard]] inline std::string_view reference_of(const Choice<ExecutorComponent>& executor) {
    return executor.component->reference == nullptr
               ? "sequential"
               : executor.component->reference(executor.options);
}

/// The component that has this name, or an error that names the nearest one.
template<class C>
[[nodiscard]] Result<const C*> find_component(std::string_view kind,
                                              std::span<const C> registry,
                                              std::string_view name) {
    std::vector<std::string_view> names;
    for (const C& component : registry) {
        if (component.name == name) {
            return &component;
        }
        names.push_back(component.name);
    }
    const std::string_view close = nearest(name, names);
    return bad_input(
        close.empty() ? fmt::format("no {} is called '{}': choose one of {}", kind, name,
                                    fmt::join(names, ", "))
                      : fmt::format("no {} is called '{}': did you mean '{}'?", kind, name, close));
}

/// Parses "name:key=value,…", finds the component by `find(name)` and resolves its options.
template<class C, class Find>
[[nodiscard]] Result<Choice<C>> choose_with(std::string_view kind,
                                            std::string_view spec,
                                            Find find) {
    auto parsed = parse_spec(spec);
    if (!parsed) {
        return bad_input(fmt::format("{} '{}': {}", kind, spec, parsed.error().message));
    }
    const Result<const C*> component = find(parsed->name);
    if (!component) {
        return component.error();
    }
    auto options = resolve_options(kind, *parsed, (*component)->options);
    if (!options) {
        return options.error();
    }
    return Choice<C>{*component, std::move(*options)};
}

/// The same among the components of a registry.
template<class C>
[[nodiscard]] Result<Choice<C>> choose(std::string_view kind,
                                       std::span<const C> registry,
                                       std::string_view spec) {
    return choose_with<C>(
        kind, spec, [&](std::string_view name) { return find_component(kind, registry, name); });
}

}  // namespace commitbench
