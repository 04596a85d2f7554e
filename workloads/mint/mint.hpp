// SPDX-License-Identifier: Apache-2.0
// `mint`: everyone mints from one collection: one counter that everybody moves, and a fresh key for
// every token. Two ways to count:
//
//   counter=read    a token's number is what the counter says, so every mint depends on the one
//                   before it; the supply has a cap;
//   counter=delta   a token's number is the transaction's own (block and index), and the counter is
//                   only added to, so that mints of different minters may commute; there is no cap,
//                   for nobody reads how many there are.
//
// A transaction, in this order:
//   1. reads the minter; fails if it has minted as many as one may, or if it pays too little;
//   2. counter=read: reads the counter; fails if the supply is used up;
//   3. reads the token's key, which must be absent;
//   4. does its CPU work on a digest of every byte read;
//   5. writes the minter (one more) and the token (its owner and number);
//   6. writes the counter (one more), or adds 1 to it.
// One that fails writes nothing. So the counter, the number of tokens and the sum of what the
// minters have minted are equal after every block. The counter is 8 bytes, big-endian, as
// StateAccess::add has it. A minter or a read counter that is absent or of another length, or a
// token that is there already (a broken executor or backend), gives a failed receipt that depends
// on what was read, and no writes.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/registry.hpp"
#include "workloads/amounts.hpp"
#include "workloads/fee.hpp"
#include "workloads/key_choice.hpp"

namespace commitbench::mint {

enum class CounterRule : std::uint8_t { read, delta };

/// The value of a minted token: a WordValue.
struct Token {
    std::uint64_t owner;   ///< index of the minter
    std::uint64_t number;  ///< counter=read: 0, 1, …; counter=delta: see delta_number()
    std::uint64_t minted;  ///< how many its owner had minted before it
    std::uint64_t digest;
};

/// One transaction, made from (seed, block, index) alone.
struct Mint {
    StateKey minter;
    std::uint64_t owner = 0;
    bool underpaid = false;
};

struct Settings {
    std::uint64_t seed = 0;
    std::uint64_t minters = 0;  ///< at least 1
    std::uint32_t block_size = 0;
    KeyChoice keys;          ///< of minters
    std::uint64_t work = 0;  ///< units a transaction
    CounterRule counter = CounterRule::read;
    std::uint64_t cap = 0;       ///< of the supply; counter=read only
    std::uint64_t allowed = 0;   ///< mints of one minter
    double underpaid_share = 0;  ///< of the transactions
    FeeRule fee = FeeRule::none;
};

/// The number that a transaction's token has without a counter. INVARIANT: index < 2^20.
[[nodiscard]] constexpr std::uint64_t delta_number(std::uint64_t block,
                                                   std::uint32_t index) noexcept {
    return block << 20 | index;
}

[[nodiscard]] StateKey counter_key(std::uint64_t seed) noexcept;
[[nodiscard]] StateKey token_key(std::uint64_t seed, std::uint64_t number) noexcept;

/// See Block.
class MintBlock final : public Block {
  public:
    MintBlock(std::uint64_t number, std::vector<Mint> mints, const Settings& settings);

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(mints_.size());
    }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

    [[nodiscard]] const std::vector<Mint>& mints() const noexcept { return mints_; }

  private:
    std::uint64_t number_;
    std::vector<Mint> mints_;
    Settings settings_;
    StateKey counter_;
};

/// See Workload. O(1) memory: keys, values and blocks are computed when asked for.
class MintWorkload final : public Workload {
  public:
    /// INVARIANT: settings within the bounds they state.
    explicit MintWorkload(const Settings& settings);

    [[nodiscard]] std::uint64_t state_size() const override { return settings_.minters + 1; }
    [[nodiscard]] StateKey key(std::uint64_t index) const override;
    void value(std::uint64_t index, Bytes& value) const override;
    [[nodiscard]] std::uint64_t block_limit() const override;
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override;
    void facts(FactVisitor& visitor) const override;

    [[nodiscard]] StateKey minter_key(std::uint64_t minter) const noexcept;

  private:
    struct Draft {
        std::uint64_t minter;
        bool underpaid;
    };
    [[nodiscard]] Draft draft(std::uint64_t block, std::uint64_t index) const noexcept;

    Settings settings_;
    KeyDistribution minters_;
    Fee fee_;
};

/// The entry of the workload registry.
[[nodiscard]] const WorkloadComponent& component();

}  // namespace commitbench::mint
