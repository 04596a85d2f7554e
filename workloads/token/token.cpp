// SPDX-License-Identifier: Apache-2.0
#include "workloads/token/token.hpp"

#include "workloads/work_units.hpp"
#include "workloads/working_set.hpp"

#include <fmt/format.h>

namespace commitbench::token {

TokenWorkload::TokenWorkload(const Settings& settings)
    : settings_(settings),
      payments_(settings.payments, settings.seed, Domain::token_payment),
      fee_(settings.fee, settings.seed) {}

Kind TokenWorkload::draw_kind(RandomStream& random) const noexcept {
    const double kind = random.unit();
    return kind < settings_.approve_share                                   ? Kind::approve
           : kind < settings_.approve_share + settings_.transfer_from_share ? Kind::transfer_from
                                                                            : Kind::transfer;
}

TokenWorkload::Draft TokenWorkload::draft(std::uint64_t block, std::uint64_t index) const noexcept {
    RandomStream random(settings_.seed, Domain::token, block, index);
    const Kind kind = draw_kind(random);
    Draft made{.kind = kind,
               .token = random.below(settings_.tokens),
               .spender = random.below(settings_.spenders),
               .payment = payments_.at(block, index)};
    if (kind == Kind::approve) {
        const double change = random.unit();
        made.payment.amount = change < settings_.revoke_share ? 0
                              : change < settings_.revoke_share + settings_.unlimited_share
                                  ? kUnlimited
                                  : 1 + random.below(settings_.approve_max);
    }
    return made;
}

StateKey TokenWorkload::balance_key(std::uint64_t token, std::uint64_t account) const noexcept {
    return random_key(settings_.seed, Domain::token_key, {account, token, 0, 0});
}

StateKey TokenWorkload::allowance_key(std::uint64_t token,
                                      std::uint64_t owner,
                                      std::uint64_t spender) const noexcept {
    return random_key(settings_.seed, Domain::token_key, {owner, token, spender + 1, 0});
}

// The first state: all balances, token by token, then the allowances in the same order.

std::uint64_t TokenWorkload::state_size() const {
    return settings_.tokens * settings_.payments.accounts *
           (1 + (settings_.allowance != 0 ? settings_.spenders : 0));
}

StateKey TokenWorkload::key(std::uint64_t index) const {
    const std::uint64_t account = index % settings_.payments.accounts;
    const std::uint64_t token = index / settings_.payments.accounts % settings_.tokens;
    const std::uint64_t layer = index / settings_.payments.accounts / settings_.tokens;
    return layer == 0 ? balance_key(token, account) : allowance_key(token, account, layer - 1);
}

void TokenWorkload::value(std::uint64_t index, Bytes& value) const {
    const bool is_balance = index < settings_.tokens * settings_.payments.accounts;
    put_words(value, first_slot(settings_.seed, Domain::token_value, index,
                                is_balance ? settings_.payments.balance : settings_.allowance));
}

Result<std::unique_ptr<Block>> TokenWorkload::block(std::uint64_t number) const {
    if (number == 0) {
        return bad_input("token has no block 0: its blocks begin with 1");
    }
    std::vector<Call> calls(settings_.block_size);
    for (std::uint32_t i = 0; i < settings_.block_size; ++i) {
        const Draft made = draft(number, i);
        Call& call = calls[i];
        call.kind = made.kind;
        call.amount = made.payment.amount;
        if (made.kind != Kind::approve) {
            call.from = balance_key(made.token, made.payment.payer);
            call.to = balance_key(made.token, made.payment.payee);
        }
        if (made.kind != Kind::transfer) {
            call.allowance = allowance_key(made.token, made.payment.payer, made.spender);
        }
    }
    return fee_.charged(std::make_unique<TokenBlock>(number, std::move(calls), settings_.work));
}

void TokenWorkload::facts(FactVisitor& visitor) const {
    payments_.facts(visitor, settings_.block_size);
    const std::uint64_t blocks = (kSkewSample + settings_.block_size - 1) / settings_.block_size;
    std::array<std::uint64_t, 3> kinds{};
    for (std::uint64_t block = 1; block <= blocks; ++block) {
        for (std::uint64_t i = 0; i < settings_.block_size; ++i) {
            RandomStream random(settings_.seed, Domain::token, block, i);
            ++kinds[static_cast<std::size_t>(draw_kind(random))];
        }
    }
    const auto share = [&](Kind kind) {
        return static_cast<double>(kinds[static_cast<std::size_t>(kind)]) /
               static_cast<double>(blocks * settings_.block_size);
    };
    visitor.fact(
        "mix_realised",
        fmt::format("transfer {:.4f}, approve {:.4f}, transfer_from {:.4f}", share(Kind::transfer),
                    share(Kind::approve), share(Kind::transfer_from)),
        fmt::format("of the transactions of blocks 1..{}; the skew above is that of both "
                    "transfers, and owners approve in the place of payers",
                    blocks));
    visitor.fact(
        "slot",
        fmt::format("{} bytes: amount 8, changes 8, filler 8, digest 8", sizeof(AmountSlot)),
        "as large as a storage slot of the EVM; an allowance of 0 is absent, a balance "
        "of 0 is not");
    fee_.facts(visitor);
    work_facts(visitor, settings_.work);
}

}  // namespace commitbench::token
