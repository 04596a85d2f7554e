// SPDX-License-Identifier: Apache-2.0
#include "workloads/swap/swap.hpp"

#include "workloads/work_units.hpp"
#include "workloads/working_set.hpp"

#include <fmt/format.h>

namespace commitbench::swap {

SwapWorkload::SwapWorkload(const Settings& settings)
    : settings_(settings),
      pools_(settings.pools, settings.keys, settings.seed),
      fee_(settings.fee, settings.seed) {
    auto keys = std::make_shared<std::vector<StateKey>>(settings.pools);
    for (std::uint64_t pool = 0; pool < settings.pools; ++pool) {
        (*keys)[pool] = pool_key(pool);
    }
    pool_keys_ = std::move(keys);
}

std::uint64_t SwapWorkload::tokens() const noexcept {
    return std::max<std::uint64_t>(settings_.pools, 2);
}

Pool SwapWorkload::first_pool(std::uint64_t index) const noexcept {
    RandomStream random(settings_.seed, Domain::swap_value, index, 0);
    const std::uint64_t half = settings_.reserve / 2;
    const std::uint64_t near = settings_.reserve - half + random.below(2 * half + 1);
    const std::uint64_t far = settings_.reserve - half + random.below(2 * half + 1);
    return {.reserve_near = near, .reserve_far = far, .swaps = 0, .digest = random.next()};
}

std::uint64_t SwapWorkload::first_quote(const Swap& swap) const noexcept {
    std::uint64_t amount = swap.amount;
    std::uint64_t at = swap.first_pool;
    for (std::uint16_t i = 0; i < swap.pools; ++i) {
        const Pool pool = first_pool(at);
        amount =
            swap.upwards
                ? amount_out(amount, pool.reserve_near, pool.reserve_far, settings_.fee_points)
                : amount_out(amount, pool.reserve_far, pool.reserve_near, settings_.fee_points);
        at = next_pool(at, swap.upwards, settings_.pools);
    }
    return amount;
}

SwapWorkload::Draft SwapWorkload::draft(std::uint64_t block, std::uint64_t index) const noexcept {
    RandomStream random(settings_.seed, Domain::swap, block, index);
    Draft made{};
    Swap& swap = made.swap;
    made.user = random.below(settings_.users);
    swap.amount = settings_.amounts.of(random.next());
    swap.pools = static_cast<std::uint16_t>(1 + random.below(settings_.route_max));
    swap.upwards = random.below(2) == 0;
    made.impossible = random.unit() < settings_.impossible_share;
    const std::uint64_t tolerance = random.below(settings_.slippage_points + 1);
    swap.first_pool = static_cast<std::uint32_t>(pools_.draw(random));
    // Pool i lies between tokens i and i + 1: a way up enters at the near one, a way down at the
    // far one.
    made.from = (swap.first_pool + (swap.upwards ? 0U : 1U)) % tokens();
    made.to = (made.from + (swap.upwards ? swap.pools : tokens() - swap.pools)) % tokens();
    // INVARIANT: no overflow, for a quote is below a first reserve, at most 1.5 * 10^15.
    swap.limit = made.impossible ? UINT64_MAX
                                 : first_quote(swap) * (kBasisPoints - tolerance) / kBasisPoints;
    return made;
}

StateKey SwapWorkload::pool_key(std::uint64_t pool) const noexcept {
    return random_key(settings_.seed, Domain::swap_key, {pool, 0, 0, 0});
}

StateKey SwapWorkload::balance_key(std::uint64_t user, std::uint64_t token) const noexcept {
    return random_key(settings_.seed, Domain::swap_key, {user, token, 1, 0});
}

// The first state: the pools, then the balances, token by token.

std::uint64_t SwapWorkload::state_size() const {
    return settings_.pools + tokens() * settings_.users;
}

StateKey SwapWorkload::key(std::uint64_t index) const {
    if (index < settings_.pools) {
        return pool_key(index);
    }
    const std::uint64_t balance = index - settings_.pools;
    return balance_key(balance % settings_.users, balance / settings_.users);
}

void SwapWorkload::value(std::uint64_t index, Bytes& value) const {
    if (index < settings_.pools) {
        put_words(value, first_pool(index));
    } else {
        put_words(value, first_slot(settings_.seed, Domain::swap_value, index, settings_.balance));
    }
}

Result<std::unique_ptr<Block>> SwapWorkload::block(std::uint64_t number) const {
    if (number == 0) {
        return bad_input("swap has no block 0: its blocks begin with 1");
    }
    std::vector<Swap> swaps(settings_.block_size);
    for (std::uint32_t i = 0; i < settings_.block_size; ++i) {
        const Draft made = draft(number, i);
        swaps[i] = made.swap;
        swaps[i].from = balance_key(made.user, made.from);
        swaps[i].to = balance_key(made.user, made.to);
    }
    return fee_.charged(std::make_unique<SwapBlock>(number, std::move(swaps), pool_keys_,
                                                    settings_.fee_points, settings_.work));
}

void SwapWorkload::facts(FactVisitor& visitor) const {
    const std::uint64_t blocks = (kSkewSample + settings_.block_size - 1) / settings_.block_size;
    KeyTally tally;
    std::uint64_t hops = 0;
    std::uint64_t impossible = 0;
    for (std::uint64_t block = 1; block <= blocks; ++block) {
        for (std::uint64_t i = 0; i < settings_.block_size; ++i) {
            const Draft made = draft(block, i);
            tally.hit(made.swap.first_pool);
            hops += made.swap.pools;
            impossible += made.impossible ? 1 : 0;
        }
    }
    tally.facts(visitor, pools_, settings_.pools, blocks, "pools",
                "the pool that a route enters at; users are uniform");
    const auto all = static_cast<double>(blocks * settings_.block_size);
    visitor.fact("route_mean", fmt::format("{:.3f} pools", static_cast<double>(hops) / all),
                 fmt::format("of the swaps of blocks 1..{}; lengths are uniform", blocks));
    visitor.fact("impossible_share_realised",
                 fmt::format("{:.4f}", static_cast<double>(impossible) / all),
                 "swaps that ask for more than there is; others fail too, where prices have moved "
                 "beyond their tolerance or the user is poor");
    visitor.fact("limit_rule", "the first state's quote less the user's tolerance",
                 "blocks must not depend on the state; dear directions fail until prices are back");
    fee_.facts(visitor);
    work_facts(visitor, settings_.work);
}

}  // namespace commitbench::swap
