// SPDX-License-Identifier: Apache-2.0
#include "workloads/distribution.hpp"

#include "workloads/exact_math.hpp"
#include "workloads/fold.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace commitbench {
namespace {

/// x^-theta.
double height(double x, double theta) noexcept {
    return exact::exp(-theta * exact::log(x));
}

/// Integral of t^-theta from 1 to x: (x^(1-theta) - 1) / (1 - theta), and log x at theta = 1,
/// without a seam between.
double area(double x, double theta) noexcept {
    const double log_x = exact::log(x);
    return log_x * exact::expm1_over((1 - theta) * log_x);
}

/// The x whose area is `a`.
double area_inverse(double a, double theta) noexcept {
    // Rounding may carry the far end past the pole at -1.
    const double t = std::max(a * (1 - theta), -1.0);
    return exact::exp(a * exact::log1p_over(t));
}

/// Sum of k^-theta for k = 1..count: the first terms one by one, the rest as the integral between
/// the half-integers.
double harmonic(std::uint64_t count, double theta) noexcept {
    constexpr std::uint64_t kTerms = 2000;
    const std::uint64_t terms = std::min(count, kTerms);
    double sum = 0;
    for (std::uint64_t k = terms; k >= 1; --k) {
        sum += height(static_cast<double>(k), theta);
    }
    if (count > terms) {
        sum += area(static_cast<double>(count) + 0.5, theta) -
               area(static_cast<double>(terms) + 0.5, theta);
    }
    return sum;
}

}  // namespace

RankDistribution::RankDistribution(std::uint64_t n, double theta) noexcept
    : n_(n),
      theta_(theta),
      area_begin_(area(1.5, theta) - 1),
      area_end_(area(static_cast<double>(n) + 0.5, theta)),
      sure_(2 - area_inverse(area(2.5, theta) - height(2, theta), theta)) {}

std::uint64_t RankDistribution::draw(RandomStream& random) const noexcept {
    if (theta_ == 0) {
        return random.below(n_);
    }
    const auto last = static_cast<double>(n_);
    while (true) {
        const double a = area_end_ + random.unit() * (area_begin_ - area_end_);
        const double x = area_inverse(a, theta_);
        // Clamped while still a double: x may be infinite.
        const double k = std::floor(std::clamp(x, 1.0, last) + 0.5);
        if (k - x <= sure_ || a >= area(k + 0.5, theta_) - height(k, theta_)) {
            return static_cast<std::uint64_t>(k) - 1;
        }
    }
}

double RankDistribution::share_of_first(std::uint64_t count) const noexcept {
    return harmonic(std::min(count, n_), theta_) / harmonic(n_, theta_);
}

double RankDistribution::gini() const noexcept {
    // For chances p_1 >= p_2 >= …: G = (n + 1 - 2 * sum k p_k) / n, and k * k^-theta = k^-(theta -
    // 1).
    const auto n = static_cast<double>(n_);
    const double gini = (n + 1 - 2 * harmonic(n_, theta_ - 1) / harmonic(n_, theta_)) / n;
    return std::max(0.0, gini);  // of equal chances the sums may leave a little less than nothing
}

HotspotDistribution::HotspotDistribution(std::uint64_t n, double hot_share, double hot_set) noexcept
    : n_(n),
      hot_(std::clamp<std::uint64_t>(
          static_cast<std::uint64_t>(std::floor(hot_set * static_cast<double>(n) + 0.5)),
          1,
          n)),
      hot_share_(hot_ == n ? 1 : hot_share) {}

std::uint64_t HotspotDistribution::draw(RandomStream& random) const noexcept {
    // A unit lies strictly between 0 and 1, so shares of 0 and 1 mean never and always.
    return random.unit() < hot_share_ ? random.below(hot_) : hot_ + random.below(n_ - hot_);
}

double HotspotDistribution::share_of_first(std::uint64_t count) const noexcept {
    const auto hot = static_cast<double>(hot_);
    const auto cold = static_cast<double>(n_ - hot_);
    const bool hot_first = hot_share_ * cold >= (1 - hot_share_) * hot;
    const double first = hot_first ? hot : cold;
    const double share = hot_first ? hot_share_ : 1 - hot_share_;
    const auto wanted = static_cast<double>(std::min(count, n_));
    return wanted <= first ? share * wanted / first
                           : share + (1 - share) * (wanted - first) / (hot + cold - first);
}

double HotspotDistribution::gini() const noexcept {
    // Of two groups whose members are alike: how far the one's share is from its size.
    return std::abs(hot_share_ - static_cast<double>(hot_) / static_cast<double>(n_));
}

Scatter::Scatter(std::uint64_t n, std::uint64_t seed) noexcept
    : n_(n),
      half_bits_(std::max(1U, (static_cast<unsigned>(std::bit_width(n - 1)) + 1) / 2)),
      round_keys_(random_words(seed, Domain::rank_scatter, {n, 0, 0, 0})) {}

std::uint64_t Scatter::operator()(std::uint64_t rank) const noexcept {
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t item = rank;
    do {
        std::uint64_t left = item >> half_bits_;
        std::uint64_t right = item & mask;
        for (const std::uint64_t key : round_keys_) {
            const std::uint64_t next = left ^ (mixed(right + key) & mask);
            left = right;
            right = next;
        }
        item = left << half_bits_ | right;
    } while (item >= n_);
    return item;
}

}  // namespace commitbench
