// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace commitbench {

/// 1234567 -> "1,234,567".
[[nodiscard]] std::string grouped(std::int64_t number);

/// "12.3 ms": three digits that mean something, in the unit that needs no exponent.
[[nodiscard]] std::string show_ns(double ns);

/// 1234.5 -> "1,234", 12.34 -> "12.3", 1.234 -> "1.23".
[[nodiscard]] std::string show_rate(double rate);

}  // namespace commitbench
