// SPDX-License-Identifier: Apache-2.0
// `transfer`: accounts that send each other money.
//
// A transaction, in this order:
//   1. reads the sender;
//   2. reads the receiver, if the sender's balance covers the amount;
//   3. does its CPU work on a digest of every byte read;
//   4. writes the sender: nonce + 1, a new digest and, if it was covered, the balance less the
//   amount;
//   5. if it was covered, writes the receiver: the balance plus the amount, a new digest.
// Not covered: the receipt says failed, and the receiver is not touched. So the sum of all balances
// never changes, and the nonce of an account is the number of transfers it sent. A transaction
// demands no particular nonce: blocks are made without knowing which transfers before them failed.
// An account that is absent or of another length than the option says (a broken executor or
// backend) gives a failed receipt that depends on what was read, and no writes.
// Fees (fee.hpp) are paid beside all this, and change nothing of it.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/registry.hpp"
#include "workloads/fee.hpp"
#include "workloads/payment.hpp"

namespace commitbench::transfer {

/// One transaction, made from (seed, block, index) alone.
struct Transfer {
    StateKey sender;
    StateKey receiver;  ///< another account than the sender
    std::uint64_t amount = 0;
};

struct Settings {
    std::uint64_t seed = 0;
    PaymentRules payments;
    std::uint32_t block_size = 0;  ///< transactions a block
    std::uint64_t work = 0;        ///< units a transaction
    FeeRule fee = FeeRule::none;
    std::size_t value_size = 0;  ///< bytes, kSmallestValue..kLargestValue
};

/// See Block. 72 bytes a transaction.
class TransferBlock final : public Block {
  public:
    TransferBlock(std::uint64_t number,
                  std::vector<Transfer> transfers,
                  std::uint64_t work,
                  std::size_t value_size)
        : number_(number), transfers_(std::move(transfers)), work_(work), value_size_(value_size) {}

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(transfers_.size());
    }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

    [[nodiscard]] const std::vector<Transfer>& transfers() const noexcept { return transfers_; }

  private:
    std::uint64_t number_;
    std::vector<Transfer> transfers_;
    std::uint64_t work_;
    std::size_t value_size_;
};

/// See Workload. O(1) memory: keys, values and blocks are computed when asked for.
class TransferWorkload final : public Workload {
  public:
    /// INVARIANT: settings within the bounds they state.
    explicit TransferWorkload(const Settings& settings);

    [[nodiscard]] std::uint64_t state_size() const override { return settings_.payments.accounts; }
    [[nodiscard]] StateKey key(std::uint64_t index) const override;
    void value(std::uint64_t index, Bytes& value) const override;
    [[nodiscard]] std::uint64_t block_limit() const override { return UINT64_MAX; }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override;
    void facts(FactVisitor& visitor) const override;

  private:
    Settings settings_;
    PaymentDraw payments_;
    Fee fee_;
};

/// The entry of the workload registry.
[[nodiscard]] const WorkloadComponent& component();

}  // namespace commitbench::transfer
