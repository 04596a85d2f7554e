// SPDX-License-Identifier: Apache-2.0
#include "workloads/key_choice.hpp"

#include "workloads/skew.hpp"

#include <fmt/format.h>

namespace commitbench {
namespace {

/// Draws of a second item before giving up on chance. Only a law that gives one item nearly
/// everything needs more.
constexpr int kSecondDraws = 16;

std::variant<RankDistribution, HotspotDistribution> ranks_of(std::uint64_t items,
                                                             const KeyChoice& choice) noexcept {
    switch (choice.law) {
        case KeyLaw::hotspot:
            return HotspotDistribution(items, choice.hot_share, choice.hot_set);
        case KeyLaw::zipf:
        case KeyLaw::latest:
            return RankDistribution(items, choice.theta);
        case KeyLaw::uniform:
            break;
    }
    return RankDistribution(items, 0);
}

}  // namespace

KeyChoice KeyChoice::from(const Options& options) {
    const std::string& law = options.text("keys");
    return {.law = law == "zipf"      ? KeyLaw::zipf
                   : law == "hotspot" ? KeyLaw::hotspot
                   : law == "latest"  ? KeyLaw::latest
                                      : KeyLaw::uniform,
            .theta = options.real("theta"),
            .hot_share = options.real("hot-share"),
            .hot_set = options.real("hot-set")};
}

KeyDistribution::KeyDistribution(std::uint64_t items,
                                 const KeyChoice& choice,
                                 std::uint64_t seed) noexcept
    : items_(items), choice_(choice), ranks_(ranks_of(items, choice)), scatter_(items, seed) {}

std::uint64_t KeyDistribution::draw_rank(RandomStream& random) const noexcept {
    return std::visit([&random](const auto& ranks) { return ranks.draw(random); }, ranks_);
}

std::uint64_t KeyDistribution::item_of(std::uint64_t rank, std::uint64_t newest) const noexcept {
    return choice_.law == KeyLaw::latest ? newest - 1 - rank : scatter_(rank);
}

std::pair<std::uint64_t, std::uint64_t> KeyDistribution::draw_two(
    RandomStream& random) const noexcept {
    const std::uint64_t first = draw_rank(random);
    std::uint64_t second = draw_rank(random);
    for (int draws = 1; second == first && draws < kSecondDraws; ++draws) {
        second = draw_rank(random);
    }
    if (second == first) {
        second = first == 0 ? 1 : first - 1;
    }
    return {item_of(first, items_), item_of(second, items_)};
}

double KeyDistribution::share_of_first(std::uint64_t count) const noexcept {
    return std::visit([count](const auto& ranks) { return ranks.share_of_first(count); }, ranks_);
}

double KeyDistribution::gini() const noexcept {
    return std::visit([](const auto& ranks) { return ranks.gini(); }, ranks_);
}

std::string KeyDistribution::describe(std::string_view items_name) const {
    switch (choice_.law) {
        case KeyLaw::zipf:
            return fmt::format("zipf over {} {}, P(rank k) ~ k^-{}", items_, items_name,
                               choice_.theta);
        case KeyLaw::hotspot: {
            const std::uint64_t hot = std::get<HotspotDistribution>(ranks_).hot();
            return fmt::format("hotspot over {} {}, {} of the accesses to {} of them", items_,
                               items_name, choice_.hot_share, hot);
        }
        case KeyLaw::latest:
            return fmt::format("latest over {} {} and those added since, P(k-th newest) ~ k^-{}",
                               items_, items_name, choice_.theta);
        case KeyLaw::uniform:
            break;
    }
    return fmt::format("uniform over {} {}", items_, items_name);
}

void KeyTally::facts(FactVisitor& visitor,
                     const KeyDistribution& law,
                     std::uint64_t items,
                     std::uint64_t blocks,
                     std::string_view items_name,
                     std::string_view who) const {
    visitor.fact("distribution", law.describe(items_name),
                 fmt::format("{}; ranks are scattered over the {} by a seeded bijection, but "
                             "latest ranks them by age",
                             who, items_name));
    std::vector<std::uint64_t> counts;
    counts.reserve(hits_.size());
    for (const auto& [item, count] : hits_) {
        counts.push_back(count);
    }
    const Skew skew = measure_skew(std::move(counts), items);
    const std::string sample =
        fmt::format("over the {} of blocks 1..{} ({} accesses, {} of {} {})", items_name, blocks,
                    skew.accesses, skew.items_hit, skew.items, items_name);
    visitor.fact("top_percent_share_realised", fmt::format("{:.4f}", skew.top_percent_share),
                 sample);
    visitor.fact("top_percent_share_of_law",
                 fmt::format("{:.4f}", law.share_of_first((law.size() + 99) / 100)),
                 fmt::format("chance of the likeliest 1 % of the {}; a small sample realises more",
                             items_name));
    visitor.fact("gini_realised", fmt::format("{:.4f}", skew.gini), sample);
    visitor.fact("gini_of_law", fmt::format("{:.4f}", law.gini()),
                 "of the chances; a sample with few accesses an item realises more");
}

}  // namespace commitbench
