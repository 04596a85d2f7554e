// SPDX-License-Identifier: Apache-2.0
// `p2p`: payments from account to account with the reads and writes of real chains (shape.hpp).
//
// A transaction, in this order:
//   1. reads the configuration, then its sender's records;
//   2. reads its receiver's records, if the sender's balance covers the amount;
//   3. does its CPU work on a digest of every byte read;
//   4. writes what its shape says: sequence number of the sender + 1, balances, event counters + 1;
//      each with a new digest.
// Not covered: the receipt says failed, and only the sequence number is written. So the sum of all
// balances never changes, the sum of all sequence numbers is the number of transactions, and each
// event counter's sum is the number of transactions that did not fail. A transaction demands no
// particular sequence number: blocks are made without knowing the state. Records that are read only
// reach the digests and decide nothing.
//
// A location that is absent or of another length than kValueBytes (a broken executor or backend)
// gives a failed receipt that depends on what was read, and no writes. Fees (fee.hpp) are paid
// beside all this.
//
// A value is 16 bytes: its number (coins, a count; anything where read only), big-endian, and a
// digest that folds everything that ever reached the location.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/registry.hpp"
#include "workloads/fee.hpp"
#include "workloads/p2p/shape.hpp"
#include "workloads/payment.hpp"

namespace commitbench::p2p {

inline constexpr std::size_t kValueBytes = 16;

struct Value {
    std::uint64_t number = 0;
    std::uint64_t digest = 0;
};

/// INVARIANT of both: kValueBytes bytes.
[[nodiscard]] Value read_value(const std::uint8_t* bytes) noexcept;
void write_value(std::uint8_t* bytes, const Value& value) noexcept;

struct Settings {
    std::uint64_t seed = 0;
    const Shape* shape = nullptr;
    PaymentRules payments;
    std::uint32_t block_size = 0;  ///< transactions a block
    std::uint64_t work = 0;        ///< units a transaction
    FeeRule fee = FeeRule::none;
};

/// Where a record of an account is kept; for Record::config `owner` counts the configs.
[[nodiscard]] StateKey location(std::uint64_t seed, Record record, std::uint64_t owner) noexcept;

/// See Block. 232 bytes a transaction in the shape diem, 200 in aptos.
class P2pBlock final : public Block {
  public:
    /// `configs`: one key each. `keys`: for each transaction those of the sender's accesses, then
    /// those of the receiver's.
    P2pBlock(std::uint64_t number,
             const Shape& shape,
             std::uint64_t work,
             std::shared_ptr<const std::vector<StateKey>> configs,
             std::vector<StateKey> keys,
             std::vector<std::uint64_t> amounts)
        : number_(number),
          shape_(shape),
          work_(work),
          configs_(std::move(configs)),
          keys_(std::move(keys)),
          amounts_(std::move(amounts)) {}

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(amounts_.size());
    }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

    /// Keys of the sender's accesses of a transaction, then of the receiver's.
    [[nodiscard]] std::span<const StateKey> keys(std::uint32_t index) const noexcept {
        const std::size_t each = shape_.sender.size() + shape_.receiver.size();
        return std::span(keys_).subspan(index * each, each);
    }
    [[nodiscard]] std::uint64_t amount(std::uint32_t index) const noexcept {
        return amounts_[index];
    }

  private:
    std::uint64_t number_;
    const Shape& shape_;
    std::uint64_t work_;
    std::shared_ptr<const std::vector<StateKey>> configs_;
    std::vector<StateKey> keys_;
    std::vector<std::uint64_t> amounts_;
};

/// See Workload. O(1) memory: keys, values and blocks are computed when asked for.
class P2pWorkload final : public Workload {
  public:
    /// INVARIANT: settings within the bounds they state.
    explicit P2pWorkload(const Settings& settings);

    [[nodiscard]] std::uint64_t state_size() const override {
        return settings_.payments.accounts * settings_.shape->records.size() +
               settings_.shape->configs;
    }
    [[nodiscard]] StateKey key(std::uint64_t index) const override;
    void value(std::uint64_t index, Bytes& value) const override;
    [[nodiscard]] std::uint64_t block_limit() const override { return UINT64_MAX; }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override;
    void facts(FactVisitor& visitor) const override;

  private:
    struct Place {
        Record record;
        std::uint64_t owner;
    };
    /// What entry `index` of the first state is.
    [[nodiscard]] Place place(std::uint64_t index) const noexcept;

    Settings settings_;
    PaymentDraw payments_;
    Fee fee_;
    std::shared_ptr<const std::vector<StateKey>> configs_;
};

/// The entry of the workload registry.
[[nodiscard]] const WorkloadComponent& component();

}  // namespace commitbench::p2p
