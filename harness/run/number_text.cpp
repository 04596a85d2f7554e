// SPDX-License-Identifier: Apache-2.0
#include "harness/run/number_text.hpp"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <string_view>
#include <utility>

namespace commitbench {

std::string grouped(std::int64_t number) {
    const std::string digits = fmt::format("{}", number);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const bool starts_group = i > 0 && (digits.size() - i) % 3 == 0 && digits[i - 1] != '-';
        if (starts_group) {
            text += ',';
        }
        text += digits[i];
    }
    return text;
}

std::string show_ns(double ns) {
    constexpr std::array<std::pair<double, std::string_view>, 3> kUnits{
        {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}}};
    for (const auto& [size, name] : kUnits) {
        if (ns >= size) {
            const double number = ns / size;
            return fmt::format("{:.{}f} {}", number,
                               number >= 100  ? 0
                               : number >= 10 ? 1
                                              : 2,
                               name);
        }
    }
    return fmt::format("{:.0f} ns", ns);
}

std::string show_rate(double rate) {
    return std::abs(rate) >= 100 ? grouped(static_cast<std::int64_t>(rate))
                                 : fmt::format("{:.{}f}", rate, std::abs(rate) >= 10 ? 1 : 2);
}

}  // namespace commitbench
