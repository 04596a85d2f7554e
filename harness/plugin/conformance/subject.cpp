// SPDX-License-Identifier: Apache-2.0
#include "harness/plugin/conformance/subject.hpp"

#include <array>

namespace commitbench::conformance {

std::string_view kind_name(Kind kind) noexcept {
    constexpr std::array<std::string_view, 3> kNames{"backend", "executor", "workload"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::string_view Subject::name() const {
    return std::visit([](const auto* found) { return found->name; }, component);
}

std::string_view Subject::summary() const {
    return std::visit([](const auto* found) { return found->summary; }, component);
}

std::span<const OptionSpec> Subject::table() const {
    return std::visit([](const auto* found) { return found->options; }, component);
}

Result<Options> Subject::options() const {
    return resolve_options(kind_name(kind()), given, table());
}

Result<Options> Subject::options_with(std::string_view key, std::string_view value) const {
    ComponentSpec spec = given;
    std::erase_if(spec.options, [key](const auto& option) { return option.first == key; });
    spec.options.emplace_back(key, value);
    return resolve_options(kind_name(kind()), spec, table());
}

}  // namespace commitbench::conformance
