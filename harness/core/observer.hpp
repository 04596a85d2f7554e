// SPDX-License-Identifier: Apache-2.0
// How components tell the harness about themselves: numbers that grow, sizes, and facts that stay.
#pragma once

#include <cstdint>
#include <string_view>

namespace commitbench {

/// Receives counters and gauges; the harness takes the difference over a span. Names are snake_case
/// and carry their unit where it is not "how many" (…_bytes, …_ns).
class CounterVisitor {
  public:
    virtual ~CounterVisitor() = default;
    /// A number that only grows while the component is open.
    virtual void counter(std::string_view name, std::uint64_t value) = 0;
    /// What there is now, which may fall: a size. Its difference is signed. Whoever does not
    /// override this does not tell the two apart.
    virtual void gauge(std::string_view name, std::uint64_t value) { counter(name, value); }
};

/// Receives what a component chose or found out: engine settings with the reason, realised skew,
/// scheme.
class FactVisitor {
  public:
    virtual ~FactVisitor() = default;
    virtual void fact(std::string_view name, std::string_view value, std::string_view why) = 0;
};

}  // namespace commitbench
