// SPDX-License-Identifier: Apache-2.0
// The fee recipient: the one place that every transaction of a block pays to, and so the place
// where blocks of otherwise independent transactions become a chain.
//
// Each transaction pays kFee coins, failed ones included. Fees come from nowhere and are kept on a
// counter of their own, so that they change no sum of the workload (balances, supplies), and this
// holds after every block:
//
//     recipient's counter = kFee * (transactions of all blocks so far)
//
// whatever the rule. The counter is 8 bytes, big-endian, and absent in the first state; absent or
// of another length counts as 0, as StateAccess::add has it.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/observer.hpp"
#include "harness/core/options.hpp"

#include <memory>

namespace commitbench {

/// Coins a transaction: the gas of Ethereum's plain transfer at one coin a unit.
inline constexpr std::uint64_t kFee = 21'000;

enum class FeeRule : std::uint8_t {
    none,
    deferred,  ///< one more transaction at the end of the block pays the fees of all before it (and
               ///< none of its own)
    write,     ///< every transaction, when it is done, reads the counter and writes it; the receipt
               ///< depends on what it read
    delta,     ///< every transaction, when it is done, adds to the counter without reading it
};

/// What kFeeOption of a workload's table says.
[[nodiscard]] FeeRule fee_rule(const Options& options);

/// What a workload does about fees. Immutable; thread-safe.
class Fee {
  public:
    Fee(FeeRule rule, std::uint64_t seed) noexcept;

    /// The block with its fees; the block itself where there are none.
    [[nodiscard]] std::unique_ptr<Block> charged(std::unique_ptr<Block> block) const;

    [[nodiscard]] const StateKey& recipient() const noexcept { return recipient_; }
    void facts(FactVisitor& visitor) const;

  private:
    FeeRule rule_;
    StateKey recipient_;
};

}  // namespace commitbench
