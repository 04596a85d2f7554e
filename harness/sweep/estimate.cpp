// SPDX-License-Identifier: Apache-2.0
#include "harness/sweep/estimate.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace commitbench::sweep {
namespace {

double by_rule(const RunSize& size) {
    return kSecondsARun + kSecondsAKey * static_cast<double>(size.keys) +
           kSecondsATransaction * static_cast<double>(size.transactions);
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

}  // namespace

std::string estimate_rule() {
    return fmt::format("{} s a run + {} us a key of the state + {} us a transaction", kSecondsARun,
                       kSecondsAKey * 1e6, kSecondsATransaction * 1e6);
}

void Estimate::note(const std::string& cell, double seconds) {
    seconds_[cell].push_back(seconds);
}

void Estimate::expect(const std::string& cell, const RunSize& size) {
    expected_[cell] = by_rule(size);
}

double Estimate::seconds(const std::string& cell, const RunSize& size) const {
    if (const auto known = seconds_.find(cell); known != seconds_.end()) {
        return median(known->second);
    }
    std::vector<double> factors;
    for (const auto& [other, values] : seconds_) {
        if (const auto expected = expected_.find(other); expected != expected_.end()) {
            factors.push_back(median(values) / expected->second);
        }
    }
    return by_rule(size) * (factors.empty() ? 1.0 : median(std::move(factors)));
}

std::string show_duration(double seconds) {
    if (seconds < 90) {
        return fmt::format("{:.0f} s", seconds);
    }
    if (seconds < 90 * 60) {
        return fmt::format("{:.0f} min", seconds / 60);
    }
    return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace commitbench::sweep
