// SPDX-License-Identifier: Apache-2.0
// `orderbook`: users who trade in central limit order books.
//
// A market exchanges a base for a quote of its own. Its book knows which prices have orders; each
// (side, price) is a queue of orders; an order is on a key of its own, linked to its neighbours in
// the queue; a user has an account in each market, with what is free and what resting orders have
// locked. A transaction is one of
//   limit   reads the book and the account; fails if the account cannot pay for all of it at its
//           price. Matches the best orders of the other side, the oldest of a level first, at their
//           prices, as long as its own price allows and it has matches left. What remains rests in
//           the book, unless it could still be matched: then it expires, for the book is never
//           crossed.
//   take    the same, but what remains expires; fails if nothing was matched.
//   cancel  reads an order of its own, fails if that is gone (filled or cancelled) or somebody
//           else's; takes it out of its queue and unlocks what it had locked.
// An order that meets one of its own user's stops there, and what remains of it expires; fails if
// nothing had been matched. Each does its CPU work on a digest of every byte read before it writes;
// one that fails writes nothing. So after every block no book is crossed, what a market's users
// have of either asset, free and locked, sums to what it was, and every queue is in order of age.
//
// The reads of a transaction are bounded by the option matches, in whatever state it is shown: one
// that is wrong (a broken backend, a speculation) gives a failed receipt that depends on what was
// read, and no writes.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/registry.hpp"
#include "workloads/amounts.hpp"
#include "workloads/fee.hpp"
#include "workloads/key_choice.hpp"
#include "workloads/orderbook/book.hpp"

namespace commitbench::orderbook {

enum class Kind : std::uint8_t { limit, take, cancel };

/// One transaction, made from (seed, block, index) alone.
struct Instruction {
    Kind kind = Kind::limit;
    Side side = Side::bid;
    std::uint32_t market = 0;
    std::uint64_t user = 0;
    std::uint64_t price = 0;     ///< unused by cancel
    std::uint64_t quantity = 0;  ///< of base; unused by cancel
    std::uint64_t order = 0;     ///< the one to be placed or cancelled; unused by take
};

/// Matches of one transaction at most.
inline constexpr std::uint64_t kMostMatches = 16;

struct Settings {
    std::uint64_t seed = 0;
    std::uint64_t users = 0;  ///< at least 2
    std::uint32_t markets = 0;
    std::uint64_t prices = 0;  ///< 4..kHighestPrice
    std::uint32_t block_size = 0;
    KeyChoice keys;              ///< of markets
    std::uint64_t work = 0;      ///< units a transaction
    std::uint64_t base = 0;      ///< of every account at first; users * base < 2^54
    std::uint64_t quote = 0;     ///< of every account at first; users * quote < 2^54
    Amounts amounts;             ///< of base; from 1, below 2^50
    std::uint64_t overlap = 0;   ///< ticks that limit orders reach over the middle
    std::uint64_t matches = 0;   ///< 1..kMostMatches
    double take_share = 0;       ///< of the transactions
    double cancel_share = 0;     ///< of the transactions
    std::uint64_t window = 0;    ///< transactions back that a cancelled order is looked for
    double overdraft_share = 0;  ///< of limit and take
    double foreign_share = 0;    ///< of cancel
    FeeRule fee = FeeRule::none;
};

/// See Block.
class OrderbookBlock final : public Block {
  public:
    OrderbookBlock(std::uint64_t number,
                   std::vector<Instruction> instructions,
                   std::uint64_t seed,
                   std::uint64_t matches,
                   std::uint64_t work)
        : number_(number),
          instructions_(std::move(instructions)),
          keys_(seed),
          matches_(matches),
          work_(work) {}

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(instructions_.size());
    }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

    [[nodiscard]] const std::vector<Instruction>& instructions() const noexcept {
        return instructions_;
    }

  private:
    std::uint64_t number_;
    std::vector<Instruction> instructions_;
    BookKeys keys_;
    std::uint64_t matches_;
    std::uint64_t work_;
};

/// See Workload. O(1) memory: keys, values and blocks are computed when asked for.
class OrderbookWorkload final : public Workload {
  public:
    /// INVARIANT: settings within the bounds they state.
    explicit OrderbookWorkload(const Settings& settings);

    [[nodiscard]] std::uint64_t state_size() const override;
    [[nodiscard]] StateKey key(std::uint64_t index) const override;
    void value(std::uint64_t index, Bytes& value) const override;
    [[nodiscard]] std::uint64_t block_limit() const override { return kLastBlock; }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override;
    void facts(FactVisitor& visitor) const override;

  private:
    struct Draft {
        Instruction instruction;
        bool hopeless = false;  // an overdraft, or a cancellation of somebody else's order
    };
    [[nodiscard]] Draft draft(std::uint64_t block, std::uint64_t index) const noexcept;
    /// What draft() makes of it before it looks for the order of a cancellation.
    [[nodiscard]] Instruction first_draft(RandomStream& random,
                                          std::uint64_t block,
                                          std::uint64_t index) const noexcept;
    [[nodiscard]] std::uint64_t draw_price(RandomStream& random, Side side) const noexcept;

    Settings settings_;
    KeyDistribution markets_;
    RankDistribution distances_;
    BookKeys keys_;
    Fee fee_;
};

/// The entry of the workload registry.
[[nodiscard]] const WorkloadComponent& component();

}  // namespace commitbench::orderbook
