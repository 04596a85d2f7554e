// SPDX-License-Identifier: Apache-2.0
// Key choice: which of its items a workload's transactions hit.
//
//   uniform   all alike
//   zipf      the item of rank k in proportion to k^-theta; ranks are scattered over the items
//   hotspot   a hot set gets a share of the accesses; uniform in it and outside; scattered likewise
//   latest    the newest item has rank 1 of Zipf's law, the one before it rank 2, … (as YCSB's
//             distribution of that name): for workloads that add items
#pragma once

#include "harness/core/observer.hpp"
#include "harness/core/options.hpp"
#include "workloads/distribution.hpp"

#include <absl/container/flat_hash_map.h>
#include <utility>
#include <variant>

namespace commitbench {

enum class KeyLaw : std::uint8_t { uniform, zipf, hotspot, latest };

/// What the options say. A member that the law does not use means nothing.
struct KeyChoice {
    KeyLaw law = KeyLaw::uniform;
    double theta = 0;
    double hot_share = 0;
    double hot_set = 0;

    /// From kKeysOption (or the workload's own row `keys`), kThetaOption, kHotShareOption and
    /// kHotSetOption.
    [[nodiscard]] static KeyChoice from(const Options& options);
};

/// A KeyChoice over items 0..size()-1. O(1) to make. Immutable; thread-safe.
class KeyDistribution {
  public:
    /// INVARIANT: 1 <= items <= 2^52; the choice as its options allow.
    KeyDistribution(std::uint64_t items, const KeyChoice& choice, std::uint64_t seed) noexcept;

    [[nodiscard]] std::uint64_t draw(RandomStream& random) const noexcept {
        return draw(random, size());
    }
    /// The same where items 0..newest-1 exist by now, of which `latest` means the last size() ones.
    /// INVARIANT: newest >= size().
    [[nodiscard]] std::uint64_t draw(RandomStream& random, std::uint64_t newest) const noexcept {
        return item_of(draw_rank(random), newest);
    }
    /// Two different items. INVARIANT: size() >= 2. Bounded draws: where chance gives one item
    /// nearly always, the second is a neighbour in rank.
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> draw_two(
        RandomStream& random) const noexcept;

    /// Chance of hitting one of the `count` likeliest items.
    [[nodiscard]] double share_of_first(std::uint64_t count) const noexcept;
    /// Gini coefficient of the chances.
    [[nodiscard]] double gini() const noexcept;
    [[nodiscard]] std::uint64_t size() const noexcept { return items_; }
    /// "zipf over 1000 accounts, …".
    [[nodiscard]] std::string describe(std::string_view items_name) const;

  private:
    [[nodiscard]] std::uint64_t draw_rank(RandomStream& random) const noexcept;
    [[nodiscard]] std::uint64_t item_of(std::uint64_t rank, std::uint64_t newest) const noexcept;

    std::uint64_t items_;
    KeyChoice choice_;
    std::variant<RankDistribution, HotspotDistribution> ranks_;
    Scatter scatter_;
};

/// Transactions that the realised skew is taken over: about 50 ms of drawing.
inline constexpr std::uint64_t kSkewSample = 200'000;

/// Counts accesses of items, to say what a distribution really did.
class KeyTally {
  public:
    void hit(std::uint64_t item) { ++hits_[item]; }
    /// The law, and the skew realised over blocks 1..`blocks`, in which `items` items can be hit.
    /// `items_name` as in "accounts"; `who` draws them.
    void facts(FactVisitor& visitor,
               const KeyDistribution& law,
               std::uint64_t items,
               std::uint64_t blocks,
               std::string_view items_name,
               std::string_view who) const;

  private:
    absl::flat_hash_map<std::uint64_t, std::uint64_t> hits_;
};

}  // namespace commitbench
