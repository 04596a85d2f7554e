// SPDX-License-Identifier: Apache-2.0
// Which of n items a draw hits: uniform, Zipf's law of any exponent, or a hot set.
#pragma once

#include "workloads/random.hpp"

#include <cstdint>

namespace commitbench {

/// Draws ranks 0..n-1 with P(rank) proportional to 1 / (rank + 1)^theta; theta 0 is uniform.
///
/// By rejection-inversion: W. Hormann, G. Derflinger, "Rejection-inversion to generate variates
/// from monotone discrete distributions", ACM TOMACS 6(3), 1996. Exact for every n and theta >= 0
/// (1 included), no table, O(1) a draw: about 1.1 draws of the generator. Immutable; thread-safe.
class RankDistribution {
  public:
    /// INVARIANT: 1 <= n <= 2^52, theta >= 0 and finite.
    RankDistribution(std::uint64_t n, double theta) noexcept;

    [[nodiscard]] std::uint64_t draw(RandomStream& random) const noexcept;

    /// Chance of hitting one of the `count` most frequent ranks. O(1): the sum's tail is an
    /// integral (relative error below 10^-7).
    [[nodiscard]] double share_of_first(std::uint64_t count) const noexcept;
    /// Gini coefficient of the chances: 0 where all are equal, towards 1 where one item has all.
    /// Same error.
    [[nodiscard]] double gini() const noexcept;

    [[nodiscard]] std::uint64_t size() const noexcept { return n_; }
    [[nodiscard]] double theta() const noexcept { return theta_; }

  private:
    std::uint64_t n_;
    double theta_;
    double area_begin_;  // of the area under the hat, left end
    double area_end_;
    double sure_;  // a point at most this far below its integer is accepted without a further look
};

/// Draws ranks 0..n-1 of which the first ones are hot: a share of the draws goes to the hot set,
/// uniformly, and the others uniformly to the rest. O(1) a draw. Immutable; thread-safe.
class HotspotDistribution {
  public:
    /// INVARIANT: n >= 1, both shares in 0..1. The hot set is `hot_set` * n ranks, rounded, at
    /// least
    /// 1. Where it is all ranks, every draw goes to it.
    HotspotDistribution(std::uint64_t n, double hot_share, double hot_set) noexcept;

    [[nodiscard]] std::uint64_t draw(RandomStream& random) const noexcept;

    /// Chance of hitting one of the `count` likeliest ranks (the hot ones, unless they are given
    /// less than their share).
    [[nodiscard]] double share_of_first(std::uint64_t count) const noexcept;
    /// As RankDistribution::gini.
    [[nodiscard]] double gini() const noexcept;

    [[nodiscard]] std::uint64_t size() const noexcept { return n_; }
    /// Ranks in the hot set.
    [[nodiscard]] std::uint64_t hot() const noexcept { return hot_; }

  private:
    std::uint64_t n_;
    std::uint64_t hot_;
    double hot_share_;
};

/// A bijection of 0..n-1 made from a seed, so that neighbouring ranks are not neighbouring items. A
/// Feistel network of four rounds over the next even number of bits, applied again while the result
/// is not below n (at most 4 times on average). About 10 ns. Immutable; thread-safe. Not for
/// secrets.
class Scatter {
  public:
    /// INVARIANT: 1 <= n <= 2^62.
    Scatter(std::uint64_t n, std::uint64_t seed) noexcept;
    /// INVARIANT: rank < n.
    [[nodiscard]] std::uint64_t operator()(std::uint64_t rank) const noexcept;

  private:
    std::uint64_t n_;
    unsigned half_bits_;
    RandomWords round_keys_;
};

}  // namespace commitbench
