// SPDX-License-Identifier: Apache-2.0
// `token`: accounts that move ERC-20 tokens. (ERC-20: https://eips.ethereum.org/EIPS/eip-20)
//
// A balance is on a key of its own for each (token, account), an allowance for each (token, owner,
// spender); an allowance of 0 is an absent key. A transaction is one of
//   transfer       reads the sender's balance and, if it covers the amount, the receiver's; moves
//                  the amount;
//   approve        reads the allowance and sets it: to an amount, to no limit, or to 0;
//   transfer_from  reads the allowance, then as transfer from the owner's balance; fails where
//                  either does not cover the amount. Takes the amount off the allowance, if that
//                  has a limit.
// and does its CPU work on a digest of every byte read before it writes. One that fails writes
// nothing. So the sum of the balances of a token never changes, and no spender moves more than was
// allowed. A balance that is absent, or a value of a wrong length (a broken executor or backend),
// gives a failed receipt that depends on what was read, and no writes.
#pragma once

#include "harness/core/block.hpp"
#include "harness/core/registry.hpp"
#include "workloads/fee.hpp"
#include "workloads/payment.hpp"

namespace commitbench::token {

/// The allowance that is never used up.
inline constexpr std::uint64_t kUnlimited = UINT64_MAX;

enum class Kind : std::uint8_t { transfer, approve, transfer_from };

/// One transaction, made from (seed, block, index) alone.
struct Call {
    StateKey from;       ///< balance of the sender or owner; unused by approve
    StateKey to;         ///< balance of another account; unused by approve
    StateKey allowance;  ///< unused by transfer
    std::uint64_t amount = 0;
    Kind kind = Kind::transfer;
};

struct Settings {
    std::uint64_t seed = 0;
    PaymentRules payments;       ///< of both kinds of transfers; payers are the owners that approve
    std::uint64_t tokens = 0;    ///< at least 1
    std::uint64_t spenders = 0;  ///< at least 1; of each owner in each token
    std::uint32_t block_size = 0;
    std::uint64_t work = 0;       ///< units a transaction
    std::uint64_t allowance = 0;  ///< of every spender at first; 0: absent
    double approve_share = 0;     ///< of the transactions
    double transfer_from_share = 0;
    std::uint64_t approve_max = 0;  ///< largest allowance with a limit; at least 1
    double unlimited_share = 0;     ///< of the approvals
    double revoke_share = 0;        ///< of the approvals
    FeeRule fee = FeeRule::none;
};

/// See Block.
class TokenBlock final : public Block {
  public:
    TokenBlock(std::uint64_t number, std::vector<Call> calls, std::uint64_t work)
        : number_(number), calls_(std::move(calls)), work_(work) {}

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::uint32_t size() const override {
        return static_cast<std::uint32_t>(calls_.size());
    }
    [[nodiscard]] Receipt execute(std::uint32_t index, StateAccess& state) const override;

    [[nodiscard]] const std::vector<Call>& calls() const noexcept { return calls_; }

  private:
    std::uint64_t number_;
    std::vector<Call> calls_;
    std::uint64_t work_;
};

/// See Workload. O(1) memory: keys, values and blocks are computed when asked for.
class TokenWorkload final : public Workload {
  public:
    /// INVARIANT: settings within the bounds they state.
    explicit TokenWorkload(const Settings& settings);

    [[nodiscard]] std::uint64_t state_size() const override;
    [[nodiscard]] StateKey key(std::uint64_t index) const override;
    void value(std::uint64_t index, Bytes& value) const override;
    [[nodiscard]] std::uint64_t block_limit() const override { return UINT64_MAX; }
    [[nodiscard]] Result<std::unique_ptr<Block>> block(std::uint64_t number) const override;
    void facts(FactVisitor& visitor) const override;

    [[nodiscard]] StateKey balance_key(std::uint64_t token, std::uint64_t account) const noexcept;
    [[nodiscard]] StateKey allowance_key(std::uint64_t token,
                                         std::uint64_t owner,
                                         std::uint64_t spender) const noexcept;

  private:
    struct Draft {
        Kind kind;
        std::uint64_t token;
        std::uint64_t spender;
        Payment payment;  // of approve: the owner, and the amount allowed
    };
    [[nodiscard]] Kind draw_kind(RandomStream& random) const noexcept;
    [[nodiscard]] Draft draft(std::uint64_t block, std::uint64_t index) const noexcept;

    Settings settings_;
    PaymentDraw payments_;
    Fee fee_;
};

/// The entry of the workload registry.
[[nodiscard]] const WorkloadComponent& component();

}  // namespace commitbench::token
