// SPDX-License-Identifier: Apache-2.0
#include "harness/run/component_report.hpp"

namespace commitbench {
namespace {

class Collector final : public CounterVisitor {
  public:
    explicit Collector(CounterMap& counters) : counters_(counters) {}
    void counter(std::string_view name, std::uint64_t value) override {
        const auto [place, is_new] =
            counters_.try_emplace(std::string(name), static_cast<std::int64_t>(value));
        if (!is_new) {
            counters_["backend_" + std::string(name)] = static_cast<std::int64_t>(value);
        }
    }

  private:
    CounterMap& counters_;
};

}  // namespace

CounterMap collect_counters(const Executor& executor, const Backend& backend) {
    CounterMap counters;
    Collector collector(counters);
    executor.counters(collector);
    backend.counters(collector);
    return counters;
}

CounterMap difference(const CounterMap& before, const CounterMap& after) {
    CounterMap grown;
    for (const auto& [name, value] : after) {
        const auto found = before.find(name);
        grown[name] = value - (found == before.end() ? 0 : found->second);
    }
    return grown;
}

}  // namespace commitbench
