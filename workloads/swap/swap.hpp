// SPDX-License-Identifier: Apache-2.0
// `swap`: users who exchange tokens in constant-product pools.
//
// Pool i holds token i and token i + 1; the last one closes the ring with token 0. A route enters
// at a pool and goes on from neighbour to neighbour, one way or the other. A transaction, in this
// order:
//   1. reads the user's balance of the first token; fails if it does not cover the amount;
//   2. reads the pools of the route, each giving what it gives for what the one before it gave;
//      fails if that is nothing, or if the last one gives less than the user's limit (slippage);
//   3. reads the user's balance of the last token;
//   4. does its CPU work on a digest of every byte read;
//   5. writes all of them.
// One that fails writes nothing. So the product of a pool's reserves never falls, and the sum of a
// token over users and pools never changes. The limit is what the route would give in the first
// state less the user's tolerance, for blocks are made without a state: once prices have moved,
// swaps in the direction that has become dear fail, those in the other do not, and prices come
// back. A key that is absent or of another length (a broken executor or backend) gives a failed
// receipt that depends on what was read, and no writes.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/registry.hpp"
#include "workloads/amounts.hpp"
#include "workloads/fee.hpp"
#include "workloads/key_choice.hpp"
#include "workloads/swap/constant_product.hpp"

#include <memory>

namespace commitbench::swap {

/// Pools in a route at most.
inline constexpr std::uint64_t kLongestRoute = 16;

/// The value of a pool: a WordValue.
struct Pool {
    std::uint64_t reserve_near;  ///< of token i
    std::uint64_t reserve_far;   ///< of token i + 1
    std::uint64_t swaps;         ///< that went through it
    std::uint64_t digest;
};

/// One transaction, made from (seed, block, index) alone.
struct Swap {
    StateKey from;  ///< the user's balance of the token that goes in
    StateKey to;    ///< the user's balance of the token that comes out, another one
    std::uint64_t amount = 0;
    std::uint64_t limit = 0;  ///< least amount that must come out
    std::uint32_t first_pool = 0;
    std::uint16_t pools = 0;
    bool upwards = true;  ///< from token i to i + 1 in pool i, then pool i + 1; else the other way
};

struct Settings {
    std::uint64_t seed = 0;
    std::uint64_t users = 0;  ///< at least 1
    std::uint32_t pools = 0;  ///< at least 1
    std::uint32_t block_size = 0;
    KeyChoice keys;                ///< of the first pool of a route
    std::uint64_t route_max = 0;   ///< pools; 1..kLongestRoute, below `pools` where that is not 1
    std::uint64_t work = 0;        ///< units a transaction
    std::uint64_t balance = 0;     ///< of every user in every token; users * balance < 2^56
    std::uint64_t reserve = 0;     ///< 1..2^50; first reserves are 1/2 to 3/2 of it
    std::uint64_t fee_points = 0;  ///< that the pools keep, below kBasisPoints
    Amounts amounts;
    std::uint64_t slippage_points = 0;  ///< largest tolerance; at most kBasisPoints
    double impossible_share = 0;        ///< of the swaps ask for more than there is
    FeeRule fee = FeeRule::none;
};

/// See Block. The pools' keys are the workload's.
class SwapBlock final : public Block {
  public:
    using Keys = std::shared_ptr<const std::vector<StateKey>>;

    SwapBlock(std::uint64_t number,
              std::vector<Swap> swaps,
              Keys pool_keys,
              std::uint64_t fee_points,
              std::uint64_t work)
        : number_(number),
          swaps_(std::move(swaps)),
          pool_keys_(std::move(pool_keys)),
          fee_points_(fee_points),
          work_(work) {}

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(swaps_.size());
    }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

    [[nodiscard]] const std::vector<Swap>& swaps() const noexcept { return swaps_; }

  private:
    std::uint64_t number_;
    std::vector<Swap> swaps_;
    Keys pool_keys_;
    std::uint64_t fee_points_;
    std::uint64_t work_;
};

/// See Workload. Memory for the pools' keys; the rest is computed when asked for.
class SwapWorkload final : public Workload {
  public:
    /// INVARIANT: settings within the bounds they state.
    explicit SwapWorkload(const Settings& settings);

    [[nodiscard]] std::uint64_t state_size() const override;
    [[nodiscard]] StateKey key(std::uint64_t index) const override;
    void value(std::uint64_t index, Bytes& value) const override;
    [[nodiscard]] std::uint64_t block_limit() const override { return UINT64_MAX; }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override;
    void facts(FactVisitor& visitor) const override;

    [[nodiscard]] std::uint64_t tokens() const noexcept;
    [[nodiscard]] StateKey pool_key(std::uint64_t pool) const noexcept;
    [[nodiscard]] StateKey balance_key(std::uint64_t user, std::uint64_t token) const noexcept;

  private:
    struct Draft {
        std::uint64_t user;
        std::uint64_t from;  // token
        std::uint64_t to;    // token
        bool impossible;
        Swap swap;  // without keys
    };
    [[nodiscard]] Draft draft(std::uint64_t block, std::uint64_t index) const noexcept;
    /// Pool `index` in the first state.
    [[nodiscard]] Pool first_pool(std::uint64_t index) const noexcept;
    /// What the route gives in the first state.
    [[nodiscard]] std::uint64_t first_quote(const Swap& swap) const noexcept;

    Settings settings_;
    KeyDistribution pools_;
    Fee fee_;
    SwapBlock::Keys pool_keys_;
};

/// The pool after `pool` on a way round the ring.
[[nodiscard]] constexpr std::uint64_t next_pool(std::uint64_t pool,
                                                bool upwards,
                                                std::uint64_t pools) noexcept {
    return (pool + (upwards ? 1 : pools - 1)) % pools;
}

/// The entry of the workload registry.
[[nodiscard]] const WorkloadComponent& component();

}  // namespace commitbench::swap
